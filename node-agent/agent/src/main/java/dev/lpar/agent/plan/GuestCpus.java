package dev.lpar.agent.plan;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found of a guest's CPUs.
 *
 * @param arrangement as it is; null while it hasn't been arranged at all
 * @param strays what isn't where the arrangement has it; the arrangement is then to be made again
 * @param notIsolated why the kernel doesn't keep the vCPUs' CPUs free of all else, or null
 * @param sample what the vCPUs have used; null when it can't be told
 */
public record GuestCpus(
    @Nullable CpuArrangement arrangement,
    List<Stray> strays,
    @Nullable String notIsolated,
    @Nullable Sample sample) {

  public GuestCpus {
    strays = List.copyOf(strays);
  }

  /**
   * A thread out of its place.
   *
   * @param vcpu or else one of QEMU's or the kernel's own, which come and go beside the vCPUs
   * @param words such as "thread 4711 (CPU 1/KVM) may run on 0-3"
   */
  public record Stray(boolean vcpu, String words) {}

  /**
   * Counters of one moment, all growing since the guest's start.
   *
   * @param at on a clock that only goes forward
   * @param vcpus in their order
   * @param throttled how long the cap has held the vCPUs back, summed over the CPUs
   */
  public record Sample(Duration at, List<VcpuTime> vcpus, Duration throttled) {
    public Sample {
      vcpus = List.copyOf(vcpus);
    }
  }

  /**
   * Of one vCPU's thread (/proc/PID/schedstat; Documentation/scheduler/sched-stats.rst).
   *
   * @param ran on a CPU
   * @param waited for one, ready to run
   */
  public record VcpuTime(Duration ran, Duration waited) {}
}
