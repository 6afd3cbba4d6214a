package dev.lpar.agent.plan;

import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PciAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The blade's CPUs, and what beside guests runs on them.
 *
 * @param host where the operating system's own slices may run; empty when anywhere
 * @param interrupts those that can be steered
 * @param freeMemory by NUMA node and page size
 */
public record ObservedCpus(
    CpuTopology topology,
    CpuSet host,
    List<Interrupt> interrupts,
    Map<Integer, Map<Pages, MemorySize>> freeMemory) {

  public ObservedCpus {
    interrupts = List.copyOf(interrupts);
    freeMemory = Map.copyOf(freeMemory);
  }

  /**
   * A hardware interrupt.
   *
   * @param number of /proc/irq
   * @param name of its action, such as {@code nvme0q1}
   * @param cpus that it may be delivered to (smp_affinity_list)
   * @param device of a guest, when it is a pass-through device's
   */
  public record Interrupt(int number, String name, CpuSet cpus, @Nullable PciAddress device) {}
}
