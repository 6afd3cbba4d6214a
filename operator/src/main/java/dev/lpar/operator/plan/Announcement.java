package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.operator.plan.StatusCondition.Truth;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An Event: something changed that people want to have seen. Made on transitions only.
 *
 * @param reason the condition's reason
 */
public record Announcement(Severity severity, String reason, String message) {

  /** The type of an Event. */
  public enum Severity {
    NORMAL,
    WARNING
  }

  /** Conditions whose changes are announced; the rest follow from them. */
  private static final Set<String> ANNOUNCED =
      Set.of(
          StatusProjector.PLACED,
          StatusProjector.RUNNING,
          StatusProjector.DEVICES_ATTACHED,
          StatusProjector.RESTART_REQUIRED);

  /** So long an entitlement must have been met before its CPUs being disturbed is news again. */
  private static final Duration CALM = Duration.ofMinutes(10);

  /** Being in one of these is how a partition starts, or follows from what is announced anyway. */
  private static final Set<String> QUIET =
      Set.of(
          LparReason.NOT_PLACED.word(),
          LparReason.AWAITING_AGENT.word(),
          LparReason.UP_TO_DATE.word(),
          LparReason.NOT_CLAIMED.word(),
          Reason.word(AttachmentReason.ATTACHING.name()),
          Reason.word(AttachmentReason.DETACHING.name()),
          Reason.word(AttachmentReason.RESERVED.name()));

  /** What leads from the conditions before to those after. */
  static List<Announcement> between(List<StatusCondition> before, List<StatusCondition> after) {
    return after.stream()
        .filter(condition -> announces(condition, before))
        .map(
            condition ->
                new Announcement(severity(condition), condition.reason(), condition.message()))
        .toList();
  }

  private static boolean announces(StatusCondition condition, List<StatusCondition> before) {
    var old = StatusCondition.named(condition.type(), before);
    boolean changed =
        old.isEmpty()
            || old.get().truth() != condition.truth()
            || !old.get().reason().equals(condition.reason());
    if (condition.type().equals(StatusProjector.READY)) {
      return changed && isSilence(condition) != old.filter(Announcement::isSilence).isPresent();
    }
    if (condition.type().equals(StatusProjector.ENTITLEMENT_MET)) {
      return changed && isNewsOfEntitlement(condition, old);
    }
    return changed && ANNOUNCED.contains(condition.type()) && !QUIET.contains(condition.reason());
  }

  /**
   * Load comes and goes, and a partition is below its due and above it again with it: that is for
   * the condition and the metrics to tell. What disturbs CPUs time and again is announced once.
   */
  private static boolean isNewsOfEntitlement(StatusCondition now, Optional<StatusCondition> old) {
    return Entitlement.isNotEnforced(now)
        || (Entitlement.isDisturbed(now) && old.map(before -> isCalm(before, now)).orElse(true));
  }

  private static boolean isCalm(StatusCondition before, StatusCondition now) {
    return switch (before.truth()) {
      case TRUE -> Duration.between(before.since(), now.since()).compareTo(CALM) >= 0;
      case FALSE -> false;
      case UNKNOWN -> true;
    };
  }

  private static boolean isSilence(StatusCondition condition) {
    return condition.reason().equals(LparReason.AGENT_SILENT.word());
  }

  private static Severity severity(StatusCondition condition) {
    return switch (condition.type()) {
      case StatusProjector.PLACED ->
          condition.reason().equals(LparReason.PLACED.word())
                  || condition.reason().equals(LparReason.LEAVING_BLADE.word())
              ? Severity.NORMAL
              : Severity.WARNING;
      case StatusProjector.RUNNING ->
          RunningReasons.isTrouble(condition.reason()) ? Severity.WARNING : Severity.NORMAL;
      case StatusProjector.DEVICES_ATTACHED ->
          DeviceAttachment.isTrouble(condition.reason()) ? Severity.WARNING : Severity.NORMAL;
      case StatusProjector.ENTITLEMENT_MET -> Severity.WARNING;
      case StatusProjector.READY ->
          condition.truth() == Truth.UNKNOWN ? Severity.WARNING : Severity.NORMAL;
      default -> Severity.NORMAL;
    };
  }
}
