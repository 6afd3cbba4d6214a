package dev.lpar.agent.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a partition has the CPUs it is due. Values to values.
 *
 * @param figures of the last interval; null when there was none
 */
public record Entitlement(Verdict verdict, String message, @Nullable Figures figures) {
  /** How far below its due a partition may be: half a point of the shared CPUs, or of its own. */
  private static final double TOLERANCE = 0.005;

  public enum Verdict {
    MET,
    BELOW_ENTITLEMENT,
    CPUS_DISTURBED,
    NOT_ENFORCED,
    NOT_MEASURED
  }

  /**
   * Of one interval, in CPUs.
   *
   * @param shared the CPUs that were shared; 0 in dedicated mode
   * @param waited for a CPU, not counting what the cap held back
   * @param heldBack by the cap
   */
  public record Figures(
      int vcpus, int shared, double entitled, double used, double waited, double heldBack) {}

  /**
   * What a partition is due.
   *
   * @param ratio percent of the shared CPUs; null in dedicated mode
   * @param shared how many CPUs are shared
   */
  record Due(int vcpus, @Nullable Integer ratio, int shared) {
    double cpus() {
      return ratio == null ? vcpus : Math.min(vcpus, ratio * shared / 100.0);
    }

    double tolerance() {
      return TOLERANCE * (ratio == null ? vcpus : shared);
    }
  }

  /**
   * @param notEnforced why its CPUs couldn't be set up, or null
   * @param disturbances what is or was out of place
   */
  static Entitlement judge(
      Due due, @Nullable CpuUse use, @Nullable String notEnforced, List<String> disturbances) {
    var figures = use == null ? null : figures(due, use);
    if (notEnforced != null) {
      return new Entitlement(Verdict.NOT_ENFORCED, notEnforced, figures);
    }
    if (!disturbances.isEmpty()) {
      return new Entitlement(Verdict.CPUS_DISTURBED, String.join("; ", disturbances), figures);
    }
    if (use == null || figures == null) {
      return new Entitlement(
          Verdict.NOT_MEASURED, "it hasn't run for a whole interval as it is set up now", null);
    }
    return below(due, use)
        ? new Entitlement(
            Verdict.BELOW_ENTITLEMENT,
            due.ratio() == null
                ? "its vCPUs waited for their own CPUs"
                : "its vCPUs waited for a CPU and got less than %d%% of the shared CPUs"
                    .formatted(due.ratio()),
            figures)
        : new Entitlement(
            Verdict.MET, "it has the CPUs it is due, or wanted no more than it got", figures);
  }

  private static Figures figures(Due due, CpuUse use) {
    return new Figures(
        due.vcpus(),
        due.ratio() == null ? 0 : due.shared(),
        due.cpus(),
        use.used(),
        Math.max(0, use.waited() - use.heldBack()),
        use.heldBack());
  }

  /** It got less than its due, and wanted all of that. */
  private static boolean below(Due due, CpuUse use) {
    double least = due.cpus() - due.tolerance();
    return use.used() < least && use.wanted(due.cpus()) >= least;
  }
}
