package dev.lpar.agent.plan;

import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * What a guest's vCPUs did with their CPUs over an interval in which its arrangement didn't change.
 *
 * @param vcpus in their order
 * @param throttled how long the cap held them back, summed over the CPUs
 */
public record CpuUse(Duration interval, List<VcpuTime> vcpus, Duration throttled) {
  public CpuUse {
    vcpus = List.copyOf(vcpus);
  }

  /** CPUs used, on average. */
  double used() {
    return of(vcpus.stream().map(VcpuTime::ran).reduce(Duration.ZERO, Duration::plus));
  }

  /** CPUs that the vCPUs waited for, on average; held back by the cap included. */
  double waited() {
    return of(vcpus.stream().map(VcpuTime::waited).reduce(Duration.ZERO, Duration::plus));
  }

  /**
   * How many of so many CPUs the vCPUs surely wanted, on average. One that waits behind another of
   * the same guest wants no CPU more than that one has: as nobody tells when each was ready, they
   * are taken to have been ready at the same times.
   */
  double wanted(double most) {
    var ready =
        vcpus.stream()
            .map(vcpu -> Math.min(1, of(vcpu.ran().plus(vcpu.waited()))))
            .sorted(Comparator.reverseOrder())
            .toList();
    double sum = 0;
    for (int i = 0; i < ready.size() && i < most; i++) {
      sum += ready.get(i) * Math.min(1, most - i);
    }
    return sum;
  }

  /** CPUs that the cap kept from the vCPUs, on average. */
  double heldBack() {
    return of(throttled);
  }

  private double of(Duration time) {
    return (double) time.toNanos() / interval.toNanos();
  }
}
