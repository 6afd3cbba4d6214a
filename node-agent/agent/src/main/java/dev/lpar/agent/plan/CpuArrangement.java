package dev.lpar.agent.plan;

import dev.lpar.model.CpuSet;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a guest has its CPUs: as it is to be, and as it is found.
 *
 * @param weight of the guest among the others on the shared CPUs, 1 to 10000 (cpu.weight)
 * @param emulator where QEMU's own threads run
 * @param vcpus where the vCPUs run: the shared CPUs, or all threads of the guest's own cores
 * @param isolated whether the vCPUs' CPUs are taken from everything else on the blade
 * @param cap what the vCPUs may use at most, or null
 * @param pins the CPU of each vCPU, in their order; empty when they float
 */
public record CpuArrangement(
    int weight,
    CpuSet emulator,
    CpuSet vcpus,
    boolean isolated,
    @Nullable Cap cap,
    List<Integer> pins) {

  public CpuArrangement {
    pins = List.copyOf(pins);
  }

  /** Whether the control groups are set alike, wherever a vCPU is pinned at this moment. */
  public boolean hasControlsOf(CpuArrangement other) {
    return equals(
        new CpuArrangement(
            other.weight, other.emulator, other.vcpus, other.isolated, other.cap, pins));
  }

  /**
   * CPU time in each period, of all vCPUs together (cpu.max and cpu.max.burst;
   * Documentation/admin-guide/cgroup-v2.rst).
   *
   * @param quota at least 1 ms
   * @param period 1 ms to 1 s
   * @param burst how much of what periods left may be used later; at most the quota
   */
  public record Cap(Duration quota, Duration period, Duration burst) {}
}
