package dev.lpar.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is wanted of one partition, every default decided: what the operator places and the
 * agent brings about.
 *
 * @param generation of the Lpar's spec that this was made from
 * @param graceSeconds from the press of the power button until a forced power off, 0 to 3600
 */
public record PartitionIntent(
    LparId id,
    String namespace,
    String name,
    long generation,
    Power power,
    int graceSeconds,
    CrashPolicy onCrash,
    Processors cpu,
    MemorySize memory,
    Pages pages,
    Boot boot,
    List<DiskIntent> disks,
    List<DeviceIntent> devices,
    HardwareIdentity identity) {

  /** As many as the guest has slots for. */
  public static final int MOST_DEVICES = 8;

  public PartitionIntent {
    disks = List.copyOf(disks);
    devices = List.copyOf(devices);
  }

  /** {@code namespace/name}, as people know it. */
  public String displayName() {
    return namespace + "/" + name;
  }

  /** The same intent with another power state. */
  public PartitionIntent withPower(Power wanted) {
    return with(wanted, devices);
  }

  /** The same intent with other devices. */
  public PartitionIntent withDevices(List<DeviceIntent> claimed) {
    return with(power, claimed);
  }

  private PartitionIntent with(Power newPower, List<DeviceIntent> newDevices) {
    return new PartitionIntent(
        id,
        namespace,
        name,
        generation,
        newPower,
        graceSeconds,
        onCrash,
        cpu,
        memory,
        pages,
        boot,
        disks,
        newDevices,
        identity);
  }

  public enum Power {
    RUNNING,
    STOPPED,
    PAUSED
  }

  public enum CrashPolicy {
    RESTART,
    STOP,
    PRESERVE
  }

  /** Size of the host pages that back guest memory. */
  public enum Pages {
    SIZE_4KI(4L << 10),
    SIZE_2MI(2L << 20),
    SIZE_1GI(1L << 30);

    private final long bytes;

    Pages(long bytes) {
      this.bytes = bytes;
    }

    public long bytes() {
      return bytes;
    }
  }

  /** A partition's processors. */
  public sealed interface Processors {
    int vcpus();

    /**
     * Every vCPU is a physical CPU, in cores that nothing else runs on.
     *
     * @param threadsPerCore how many hardware threads of a core the guest uses, 1 or 2
     */
    record Dedicated(int vcpus, int threadsPerCore) implements Processors {}

    /**
     * The vCPUs float on the blade's shared CPUs.
     *
     * @param serviceRatio percent of the shared CPUs, 1 to 100
     * @param capped whether the ratio is also the limit
     */
    record Shared(int vcpus, int serviceRatio, boolean capped) implements Processors {}
  }

  /** What starts the guest. */
  public sealed interface Boot {
    record Uefi() implements Boot {}

    record Bios() implements Boot {}

    /** Paths are the blade's. */
    record Direct(String kernel, @Nullable String initrd, String commandLine) implements Boot {}
  }

  /**
   * A raw block device of the blade.
   *
   * @param blockDevice path on the blade, under /dev
   */
  public record DiskIntent(String name, String blockDevice, @Nullable Integer bootIndex) {}

  /**
   * A pass-through device that the partition has claimed.
   *
   * @param name within the partition; it keeps its slot in the guest for as long as this stays
   * @param passthroughDevice the object's name, for people and for comparison of claims
   */
  public record DeviceIntent(String name, String passthroughDevice, DeviceIdentity identity) {}

  /** SMBIOS type 1. */
  public record HardwareIdentity(String uuid, String serialNumber) {}
}
