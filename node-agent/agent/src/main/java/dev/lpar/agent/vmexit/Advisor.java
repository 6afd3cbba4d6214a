package dev.lpar.agent.vmexit;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Says what a guest's exits come from when they cost something, and what to change. Values to
 * values.
 *
 * <p>Two measures count, since handling times leave out what the processor takes to leave the guest
 * and to enter it again: the share of the vCPUs' run time, and the rate.
 */
public final class Advisor {
  /** Below a hundredth of the run time exits don't matter, unless they are many. */
  static final double NOTABLE_SHARE = 0.01;

  /** Exits per second and vCPU; with {@link #SWITCH_NANOS} each, a thousandth of a CPU's time. */
  static final double NOTABLE_RATE = 1000;

  /** A cause is told of when it alone makes up half of what is notable. */
  static final double CAUSE_SHARE = NOTABLE_SHARE / 2;

  static final double CAUSE_RATE = NOTABLE_RATE / 2;

  /** Who has more to mend than this sees the rest when the costliest is mended. */
  static final int MOST = 3;

  /** About what the processor takes to leave and enter a guest, beside the handling. */
  static final long SWITCH_NANOS = 1000;

  private Advisor() {}

  /** The costliest first; none when exits cost next to nothing. */
  public static List<Finding> findings(Facts facts) {
    if (facts.vcpus() < 1 || !facts.last().length().isPositive()) {
      return List.of();
    }
    // A halt that gives the CPU to others costs nothing worth mending.
    var all =
        Weight.of(
            facts, factor -> factor.group() != ExitGroup.HALT || facts.setup().haltsExitInVain());
    if (!all.reaches(NOTABLE_SHARE, NOTABLE_RATE)) {
      return List.of();
    }
    return AdvisorRules.ALL.stream()
        .filter(rule -> rule.when().test(facts))
        .map(rule -> new Cause(rule, Weight.of(facts, rule.factors()::contains)))
        .filter(cause -> cause.weight().reaches(CAUSE_SHARE, CAUSE_RATE))
        .sorted(Comparator.comparing(cause -> -cause.weight().cost()))
        .limit(MOST)
        .map(cause -> cause.finding(all, facts.setup()))
        .toList();
  }

  private record Cause(AdvisorRules.Rule rule, Weight weight) {
    Finding finding(Weight all, Facts.Setup setup) {
      return new Finding(
          rule.reason(),
          rule.subject() + ": " + weight.figures(all) + ". " + rule.advice().apply(setup));
    }
  }

  /**
   * What some of the exits come to.
   *
   * @param nanos of handling
   */
  private record Weight(Facts facts, long count, long nanos) {
    static Weight of(Facts facts, Predicate<ExitFactor> some) {
      return new Weight(facts, facts.count(some), facts.handled(some));
    }

    long cost() {
      return nanos + count * SWITCH_NANOS;
    }

    double perSecond() {
      return count / facts.seconds();
    }

    double ofRunTime() {
      return share(nanos, facts.ran());
    }

    boolean reaches(double share, double rate) {
      return ofRunTime() >= share || perSecond() / facts.vcpus() >= rate;
    }

    String figures(Weight all) {
      return String.format(
          Locale.ROOT,
          "%.0f%% of the exits and %.0f%% of their time, %.0f/s, %.1f%% of the vCPUs' run time",
          100 * share(count, all.count),
          100 * share(nanos, all.nanos),
          perSecond(),
          100 * ofRunTime());
    }

    private static double share(long part, long whole) {
      return whole <= 0 ? 0 : (double) part / whole;
    }
  }
}
