package dev.lpar.agent.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is there of one partition.
 *
 * @param record what was written down of it, or null
 * @param runDirectory whether its directory under /run/lpar exists
 * @param consoleFull whether the console's log has reached its cap
 * @param startRefused why systemd refused the last start, or null
 * @param conditions what a start would find; null unless a start may be due
 * @param cpus its CPUs; null while no QEMU is there
 * @param cpusRefused why its CPUs couldn't be set up when that was last tried, or null
 */
public record ObservedPartition(
    LparId id,
    @Nullable PartitionRecord record,
    Unit unit,
    Guest guest,
    boolean runDirectory,
    boolean consoleFull,
    @Nullable String startRefused,
    @Nullable StartConditions conditions,
    @Nullable WatchedCpus cpus,
    @Nullable String cpusRefused) {

  public static ObservedPartition nothing(LparId id) {
    return new ObservedPartition(
        id, null, new Unit.Absent(), new Guest.Absent(), false, false, null, null, null, null);
  }

  ObservedPartition with(PartitionRecord newRecord) {
    return new ObservedPartition(
        id,
        newRecord,
        unit,
        guest,
        runDirectory,
        consoleFull,
        startRefused,
        conditions,
        cpus,
        cpusRefused);
  }

  /** The same partition once its end has been written down and cleared away. */
  ObservedPartition ended(PartitionRecord newRecord) {
    return new ObservedPartition(
        id,
        newRecord,
        new Unit.Absent(),
        new Guest.Absent(),
        false,
        false,
        null,
        conditions,
        null,
        null);
  }

  /** The partition's unit on the host's systemd. */
  public sealed interface Unit {
    /** No such unit: never started, or ended with exit code 0, which drops a transient unit. */
    record Absent() implements Unit {}

    /**
     * Started or being started.
     *
     * @param pid of QEMU; 0 when it isn't there yet
     * @param qemuVersion the QEMU it was started with, which its root directory is named for
     */
    record Live(long pid, String qemuVersion) implements Unit {}

    /** Its processes are being ended. */
    record Ending(String qemuVersion) implements Unit {}

    /**
     * Ended other than by itself with exit code 0.
     *
     * @param detail how, in words
     */
    record Failed(String detail) implements Unit {}
  }

  /** The guest as its QEMU tells. */
  public sealed interface Guest {
    /** Thread ids of the vCPUs, in their order, as far as QEMU has told them. */
    List<Long> vcpuThreads();

    /** No QEMU to ask. */
    record Absent() implements Guest {
      @Override
      public List<Long> vcpuThreads() {
        return List.of();
      }
    }

    /**
     * QEMU doesn't answer.
     *
     * @param since first look without an answer
     * @param vcpuThreads as it told when it last answered; empty when it never did
     */
    record Silent(Instant since, List<Long> vcpuThreads) implements Guest {
      public Silent {
        vcpuThreads = List.copyOf(vcpuThreads);
      }
    }

    /**
     * @param statistics KVM's, of exits, summed over the vCPUs; empty when they can't be told
     * @param devices pass-through devices that QEMU has, by their names in the partition
     */
    record Answering(
        RunState state,
        Map<String, Long> statistics,
        Map<String, PciAddress> devices,
        List<Long> vcpuThreads)
        implements Guest {
      public Answering {
        vcpuThreads = List.copyOf(vcpuThreads);
        devices = Map.copyOf(devices);
        statistics = Map.copyOf(statistics);
      }
    }
  }

  /** QEMU's run states, as far as they make a difference here. */
  public enum RunState {
    STARTING,
    RUNNING,
    PAUSED,
    SHUT_DOWN,
    PANICKED,
    /** KVM or QEMU gave up on the guest: it can only be started anew. */
    BROKEN
  }

  /** What a start would find on the blade. */
  public record StartConditions(List<BootFile> bootFiles, List<DiskProbe> disks) {
    public StartConditions {
      bootFiles = List.copyOf(bootFiles);
      disks = List.copyOf(disks);
    }
  }

  /**
   * A kernel or initrd.
   *
   * @param path as the intent names it
   * @param hostPath the regular file it leads to, symbolic links followed; null when there is none
   */
  public record BootFile(String path, @Nullable String hostPath) {}

  /** What a disk's path leads to, in the order of the intent's disks. */
  public sealed interface DiskProbe {
    /**
     * @param hostPath the device node, symbolic links followed
     */
    record Usable(String hostPath, BlockDeviceId device) implements DiskProbe {}

    record Missing() implements DiskProbe {}

    /**
     * @param what what is there in its place, such as "a regular file"
     */
    record NotBlockDevice(String what) implements DiskProbe {}

    record HeldByHost(String hostPath) implements DiskProbe {}
  }
}
