package dev.lpar.qemu.args;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a guest's command line depends on. Paths are as QEMU sees them, in its own root.
 *
 * @param name for people, such as {@code payments/ledger}
 * @param firmware what starts the guest
 * @param disks in the order that decides their slots
 * @param uuid SMBIOS system UUID
 * @param serialNumber SMBIOS system serial number
 * @param runDirectory where sockets, console log and pid file go
 */
public record GuestConfig(
    String name,
    Processors processors,
    Memory memory,
    Firmware firmware,
    List<Disk> disks,
    String uuid,
    String serialNumber,
    String runDirectory) {

  /** Slots 0x08 to 0x17 of the root bus. */
  public static final int MOST_DISKS = 16;

  public GuestConfig {
    disks = List.copyOf(disks);
    if (disks.size() > MOST_DISKS) {
      throw new IllegalArgumentException("more than " + MOST_DISKS + " disks: " + disks.size());
    }
  }

  /** How a guest has its vCPUs. */
  public sealed interface Processors {
    int vcpus();

    /** They float; a vCPU that halts leaves its CPU to others. */
    record Shared(int vcpus) implements Processors {
      public Shared {
        atLeastOne(vcpus);
      }
    }

    /**
     * Each has a physical CPU of its own and keeps it, also while it halts.
     *
     * @param threadsPerCore hardware threads of each core that the guest has; the vCPUs of a core
     *     have adjacent numbers
     * @param topologyExtensions whether the blade's processors tell by them which threads are of
     *     one core, as AMD's do (CPUID 0x80000001, TOPOEXT)
     */
    record Dedicated(int vcpus, int threadsPerCore, boolean topologyExtensions)
        implements Processors {
      public Dedicated {
        atLeastOne(vcpus);
        if (threadsPerCore < 1 || vcpus % threadsPerCore != 0) {
          throw new IllegalArgumentException(
              vcpus + " vCPUs don't make whole cores of " + threadsPerCore + " threads");
        }
      }
    }

    private static void atLeastOne(int vcpus) {
      if (vcpus < 1) {
        throw new IllegalArgumentException("a guest has at least one vCPU: " + vcpus);
      }
    }
  }

  /**
   * A guest's memory.
   *
   * @param bytes a whole number of MiB
   * @param pages what backs it
   * @param numaNode of the blade, that it is bound to; null: wherever there is some
   */
  public record Memory(long bytes, Pages pages, @Nullable Integer numaNode) {
    public Memory {
      if (bytes <= 0 || bytes % (1 << 20) != 0) {
        throw new IllegalArgumentException("memory isn't a whole number of MiB: " + bytes);
      }
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
