package dev.lpar.qemu.args;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a guest's command line depends on. Paths are as QEMU sees them, in its own root.
 *
 * @param name for people, such as {@code payments/ledger}
 * @param vcpus at least 1
 * @param memoryBytes a whole number of MiB
 * @param pages what backs the memory
 * @param firmware what starts the guest
 * @param disks in the order that decides their slots
 * @param awaitsDevices whether the guest stands still until it is told to go on, once it has its
 *     pass-through devices
 * @param uuid SMBIOS system UUID
 * @param serialNumber SMBIOS system serial number
 * @param runDirectory where sockets, console log and pid file go
 */
public record GuestConfig(
    String name,
    int vcpus,
    long memoryBytes,
    Pages pages,
    Firmware firmware,
    List<Disk> disks,
    boolean awaitsDevices,
    String uuid,
    String serialNumber,
    String runDirectory) {

  /** Slots 0x08 to 0x17 of the root bus. */
  public static final int MOST_DISKS = 16;

  public GuestConfig {
    disks = List.copyOf(disks);
    if (vcpus < 1) {
      throw new IllegalArgumentException("a guest has at least one vCPU: " + vcpus);
    }
    if (memoryBytes <= 0 || memoryBytes % (1 << 20) != 0) {
      throw new IllegalArgumentException("memory isn't a whole number of MiB: " + memoryBytes);
    }
    if (disks.size() > MOST_DISKS) {
      throw new IllegalArgumentException("more than " + MOST_DISKS + " disks: " + disks.size());
    }
  }

  /** The pages that back guest memory. */
  public enum Pages {
    SIZE_4KI,
    SIZE_2MI,
    SIZE_1GI
  }

  /** What starts a guest. */
  public sealed interface Firmware {
    record Bios() implements Firmware {}

    /**
     * @param variables file of this guest alone, a copy of {@link #VARIABLES_TEMPLATE} at first
     */
    record Uefi(String variables) implements Firmware {
      /** In QEMU's root. */
      public static final String VARIABLES_TEMPLATE = "/usr/share/OVMF/OVMF_VARS_4M.fd";

      static final String CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    }

    record Direct(String kernel, @Nullable String initrd, String commandLine) implements Firmware {}
  }

  /**
   * A raw block device.
   *
   * @param name its serial number in the guest; at most 20 letters, digits and dashes
   * @param node the device node
   * @param bootIndex place in the boot order, lower first
   */
  public record Disk(String name, String node, @Nullable Integer bootIndex) {}
}
