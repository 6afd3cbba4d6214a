package dev.lpar.agent.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is there on the blade, as far as the plan depends on it.
 *
 * @param bootId the kernel's boot id; differs after a reboot
 * @param kvmMissing why the blade can't run guests, or null when it can
 * @param availableMemory what the kernel gives out in 4 KiB pages without swapping
 * @param hugePages pools by page size; a size the kernel doesn't offer is absent
 * @param qemu QEMU versions
 * @param devices PCI functions
 * @param cpus the CPUs, and what beside guests runs on them
 * @param hostCpusRefused why the host's work couldn't be kept to its CPUs when that was last tried,
 *     or null
 * @param exits VM exits of the guests
 * @param traces of VM exits that the blade has begun
 * @param partitions every partition that has a unit, a record or a directory on the blade
 */
public record ObservedHost(
    String bootId,
    @Nullable String kvmMissing,
    MemorySize availableMemory,
    Map<Pages, HugePagePool> hugePages,
    QemuVersions qemu,
    ObservedDevices devices,
    ObservedCpus cpus,
    @Nullable String hostCpusRefused,
    ObservedExits exits,
    List<ObservedTrace> traces,
    List<ObservedPartition> partitions) {

  public ObservedHost {
    hugePages = Map.copyOf(hugePages);
    traces = List.copyOf(traces);
    partitions = List.copyOf(partitions);
  }

  /**
   * Huge pages of one size.
   *
   * @param asked number of pages last asked of the kernel by this agent, or null when not yet
   */
  public record HugePagePool(long total, long free, @Nullable Long asked) {}

  /**
   * @param current the version that new guests are started with: that of the agent's image
   * @param laidOut the versions complete on the blade
   */
  public record QemuVersions(String current, Set<String> laidOut) {
    public QemuVersions {
      laidOut = Set.copyOf(laidOut);
    }
  }

  /** What was found of the partition, or that there is nothing of it. */
  public ObservedPartition partition(LparId id) {
    return partitions.stream()
        .filter(partition -> partition.id().equals(id))
        .findFirst()
        .orElseGet(() -> ObservedPartition.nothing(id));
  }
}
