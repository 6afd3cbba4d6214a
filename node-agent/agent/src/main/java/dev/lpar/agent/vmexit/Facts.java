package dev.lpar.agent.vmexit;

import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a guest's exits were over an interval in which its setup didn't change.
 *
 * @param last as the counter in the kernel has it: KVM's statistics have other factors, and no
 *     times
 */
public record Facts(GuestExits.Interval last, int vcpus, Setup setup) {
  /**
   * How the guest runs.
   *
   * @param haltsStay in the guest, as with QEMU's cpu-pm=on: none exits
   * @param apicVirtualized APICv or AVIC is on; null when it isn't known
   * @param nestedPaging EPT or NPT is on; null when it isn't known
   */
  public record Setup(
      boolean dedicated,
      boolean haltsStay,
      Isa isa,
      @Nullable Boolean apicVirtualized,
      @Nullable Boolean nestedPaging) {
    /** Where halts exit for nothing: no other guest could use the CPU. */
    boolean haltsExitInVain() {
      return dedicated && !haltsStay;
    }
  }

  double seconds() {
    return last.length().toNanos() / 1e9;
  }

  /** In nanoseconds; 0 when it isn't known. */
  long ran() {
    var ran = last.ran();
    return ran == null ? 0 : ran.toNanos();
  }

  long count(Predicate<ExitFactor> some) {
    return sum(some, tally -> tally.count());
  }

  long count(Set<ExitFactor> some) {
    return count(some::contains);
  }

  /**
   * How long some exits were handled, in nanoseconds. Nobody tells in which of them the vCPUs
   * waited for a CPU: that is taken from all alike.
   */
  long handled(Predicate<ExitFactor> some) {
    long whole = sum(factor -> factor.group() != ExitGroup.HALT, tally -> tally.nanos());
    double busy = whole - last.delayed().toNanos();
    return whole <= 0
        ? 0
        : Math.round(sum(some, tally -> tally.nanos()) * Math.max(0, busy / whole));
  }

  private long sum(Predicate<ExitFactor> some, ToLongFunction<ExitTally> figure) {
    return last.exits().entrySet().stream()
        .filter(entry -> some.test(entry.getKey()))
        .mapToLong(entry -> figure.applyAsLong(entry.getValue()))
        .sum();
  }
}
