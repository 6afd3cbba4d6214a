package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.EntitlementReason;
import dev.lpar.api.v1alpha1.PartitionCpu;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.model.PartitionIntent.Processors.Dedicated;
import dev.lpar.model.PartitionIntent.Processors.Shared;
import dev.lpar.operator.plan.PlacementPlan.BladeLost;
import dev.lpar.operator.plan.PlacementPlan.Gone;
import dev.lpar.operator.plan.PlacementPlan.Leaving;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.StatusCondition.Truth;
import java.util.Objects;

/** What a partition is due of its blade's CPUs, and whether it gets that, as the agent found. */
final class Entitlement {
  private Entitlement() {}

  /** What the condition says. */
  record Verdict(Truth truth, String reason, String message) {}

  /** What it is due, in words: "2 dedicated, 2 threads/core" or "25% of 8, capped". */
  static String summary(LparFacts facts) {
    return switch (facts.inForce().cpu()) {
      case Dedicated(int vcpus, int threads) ->
          vcpus + " dedicated" + (threads == 1 ? "" : ", %d threads/core".formatted(threads));
      case Shared(int _, int ratio, boolean capped) -> {
        var blade = facts.standing() instanceof Settled ? facts.blade() : null;
        yield ratio
            + "%"
            + (blade == null ? "" : " of " + blade.sharedCpus())
            + (capped ? ", capped" : "");
      }
    };
  }

  static Verdict of(LparFacts facts) {
    return facts
        .report()
        .map(report -> reported(report, facts))
        .orElseGet(() -> unreported(facts.standing()));
  }

  static boolean isNotEnforced(StatusCondition condition) {
    return condition.reason().equals(word(EntitlementReason.NOT_ENFORCED));
  }

  static boolean isDisturbed(StatusCondition condition) {
    return condition.reason().equals(word(EntitlementReason.CPUS_DISTURBED));
  }

  private static Verdict unreported(PlacementPlan.Standing standing) {
    return switch (standing) {
      case Settled(var blade, _, _) -> awaited(blade);
      case Leaving(var blade) -> awaited(blade);
      case BladeLost(var blade) ->
          unknown(
              LparReason.BLADE_LOST,
              "the object Blade %s is gone, so nothing tells of its CPUs".formatted(blade));
      case NoPlace _, Gone() -> unknown(LparReason.NOT_PLACED, "it has no place on a blade");
    };
  }

  /**
   * What couldn't be set up is told of a guest that is being started, too: it stands still until it
   * is. All else is measured, which takes a guest that runs.
   */
  private static Verdict reported(PartitionStatus report, LparFacts facts) {
    var cpu = report.cpu();
    var found = cpu == null ? null : cpu.entitlement();
    if (facts.standing() instanceof Settled(var blade, var assigned, _)
        && !Objects.equals(report.generation(), assigned.generation())) {
      // Another ratio is due now than what was measured against.
      return awaited(blade);
    }
    boolean starts = report.reason() == PartitionReason.GUEST_STARTING;
    if (cpu != null && found == EntitlementReason.NOT_ENFORCED && starts) {
      return verdict(found, cpu);
    }
    if (report.reason() != PartitionReason.GUEST_RUNNING) {
      return unknown(LparReason.NOT_RUNNING, "measured while the guest runs");
    }
    return cpu == null || found == null
        ? awaited(facts.blade() == null ? "its blade" : facts.blade().name())
        : verdict(found, cpu);
  }

  private static Verdict verdict(EntitlementReason found, PartitionCpu cpu) {
    var message = cpu.message();
    return new Verdict(
        truth(found),
        word(found),
        message == null || message.isBlank() ? sentence(found) : message);
  }

  private static Truth truth(EntitlementReason found) {
    return switch (found) {
      case MET -> Truth.TRUE;
      case BELOW_ENTITLEMENT, CPUS_DISTURBED, NOT_ENFORCED -> Truth.FALSE;
      case NOT_MEASURED -> Truth.UNKNOWN;
    };
  }

  /** In words, for reports that bring none of their own. */
  private static String sentence(EntitlementReason found) {
    return switch (found) {
      case MET -> "it gets what it is due, or wants no more than it gets";
      case BELOW_ENTITLEMENT -> "it wants more than it gets, and gets less than its due";
      case CPUS_DISTURBED -> "something else runs on its CPUs, or its vCPUs run elsewhere";
      case NOT_ENFORCED -> "its CPUs couldn't be set up as asked";
      case NOT_MEASURED -> "it hasn't run for a whole interval yet";
    };
  }

  private static Verdict awaited(String blade) {
    return unknown(
        LparReason.AWAITING_AGENT,
        "the agent of %s hasn't reported on its CPUs yet".formatted(blade));
  }

  private static Verdict unknown(LparReason reason, String message) {
    return new Verdict(Truth.UNKNOWN, reason.word(), message);
  }

  private static String word(EntitlementReason reason) {
    return Reason.word(reason.name());
  }
}
