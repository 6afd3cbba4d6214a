package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.operator.plan.PlacementPlan.BladeLost;
import dev.lpar.operator.plan.PlacementPlan.Change;
import dev.lpar.operator.plan.PlacementPlan.Gone;
import dev.lpar.operator.plan.PlacementPlan.Leaving;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.StatusCondition.Truth;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes an Lpar's status from what is known of it. The whole status is made anew each time; only
 * the dates of conditions that still hold are carried over.
 */
public final class StatusProjector {
  public static final String PLACED = "Placed";
  public static final String DEVICES_ATTACHED = "DevicesAttached";
  public static final String RUNNING = "Running";
  public static final String ENTITLEMENT_MET = "EntitlementMet";
  public static final String RESTART_REQUIRED = "RestartRequired";
  public static final String READY = "Ready";

  private final LparFacts facts;
  private final Instant now;
  private final @Nullable PartitionStatus report;

  private StatusProjector(LparFacts facts, Instant now) {
    this.facts = facts;
    this.now = now;
    this.report = facts.report().orElse(null);
  }

  /**
   * @param now the time of what changes with this status
   */
  public static LparProjection project(LparFacts facts, Instant now) {
    return new StatusProjector(facts, now).project();
  }

  private LparProjection project() {
    var conditions =
        Stream.of(
                Optional.of(placed()),
                devicesAttached(),
                Optional.of(running()),
                Optional.of(entitlementMet()),
                Optional.of(restartRequired()),
                Optional.of(ready()))
            .flatMap(Optional::stream)
            .map(condition -> condition.datedAfter(facts.before()))
            .toList();
    return new LparProjection(
        facts.wanted().generation(),
        phase(),
        bladeName(),
        Entitlement.summary(facts),
        report == null ? null : report.cpu(),
        report == null ? null : report.memory(),
        facts.inForce(),
        DeviceAttachment.devices(facts),
        report == null ? null : report.exits(),
        report == null ? null : report.restarts(),
        conditions,
        Announcement.between(facts.before(), conditions));
  }

  private @Nullable String bladeName() {
    return switch (facts.standing()) {
      case Settled settled -> settled.blade();
      case Leaving(var blade) -> blade;
      case BladeLost(var blade) -> blade;
      case NoPlace _, Gone() -> null;
    };
  }

  private Phase phase() {
    if (report != null) {
      return facts.deleting() && report.phase() != Phase.STOPPED ? Phase.STOPPING : report.phase();
    }
    if (facts.deleting()) {
      return Phase.STOPPING;
    }
    return switch (facts.standing()) {
      case Settled settled ->
          settled.assigned().power() == Power.STOPPED ? Phase.STOPPED : Phase.ACTIVATING;
      case Leaving _ -> Phase.STOPPING;
      case BladeLost _, NoPlace _, Gone() -> Phase.PENDING;
    };
  }

  private StatusCondition placed() {
    return switch (facts.standing()) {
      case Settled(var blade, var assigned, Change.Refused(var message)) ->
          condition(
              PLACED,
              Truth.TRUE,
              LparReason.CHANGE_DOES_NOT_FIT,
              "on %s by generation %d of the spec; generation %d doesn't fit there: %s"
                  .formatted(blade, assigned.generation(), facts.wanted().generation(), message));
      case Settled(var blade, _, _) ->
          condition(PLACED, Truth.TRUE, LparReason.PLACED, "on " + blade);
      case Leaving(var blade) ->
          condition(
              PLACED,
              Truth.FALSE,
              LparReason.LEAVING_BLADE,
              "taken off %s, which has yet to report it gone".formatted(blade));
      case BladeLost(var blade) ->
          condition(PLACED, Truth.UNKNOWN, LparReason.BLADE_LOST, lost(blade));
      case NoPlace(var reason, var message) -> condition(PLACED, Truth.FALSE, reason, message);
      case Gone() ->
          condition(PLACED, Truth.FALSE, LparReason.DELETING, "nothing of it is left on a blade");
    };
  }

  private static String lost(String blade) {
    return ("the object Blade %1$s is gone, so nothing tells whether the guest still runs there;"
            + " label the Node %1$s again to bring it back, or, once you are sure that the machine"
            + " is off, delete this Lpar and remove its finalizer lpar.dev/partition")
        .formatted(blade);
  }

  private Optional<StatusCondition> devicesAttached() {
    return DeviceAttachment.of(facts)
        .map(
            verdict ->
                condition(DEVICES_ATTACHED, verdict.truth(), verdict.reason(), verdict.message()));
  }

  private StatusCondition running() {
    if (report == null) {
      return switch (facts.standing()) {
        case Settled(var blade, _, _) ->
            condition(
                RUNNING,
                Truth.UNKNOWN,
                LparReason.AWAITING_AGENT,
                "the agent of %s hasn't reported on it yet".formatted(blade));
        case Leaving(var blade) ->
            condition(
                RUNNING,
                Truth.UNKNOWN,
                LparReason.AWAITING_AGENT,
                "the agent of %s hasn't reported it gone yet".formatted(blade));
        case BladeLost(var blade) ->
            condition(RUNNING, Truth.UNKNOWN, LparReason.BLADE_LOST, lost(blade));
        case NoPlace _, Gone() ->
            condition(RUNNING, Truth.FALSE, LparReason.NOT_PLACED, "it has no place on a blade");
      };
    }
    return condition(
        RUNNING,
        report.reason() == PartitionReason.GUEST_RUNNING ? Truth.TRUE : Truth.FALSE,
        Reason.word(report.reason().name()),
        words(report));
  }

  private StatusCondition entitlementMet() {
    var verdict = Entitlement.of(facts);
    return condition(ENTITLEMENT_MET, verdict.truth(), verdict.reason(), verdict.message());
  }

  private StatusCondition restartRequired() {
    var fields = new ArrayList<String>();
    if (report != null && report.restartRequired() != null) {
      fields.addAll(report.restartRequired());
    }
    if (facts.standing() instanceof Settled(_, _, Change.MoveWhenStopped())) {
      fields.add("placement");
    }
    return fields.isEmpty()
        ? condition(
            RESTART_REQUIRED, Truth.FALSE, LparReason.UP_TO_DATE, "no change waits for a restart")
        : condition(
            RESTART_REQUIRED,
            Truth.TRUE,
            LparReason.FIELDS_CHANGED,
            "changed, in force from the next activation: %s; set powerState to Stopped, then to"
                    .formatted(String.join(", ", fields))
                + " Running");
  }

  private StatusCondition ready() {
    if (facts.agentSilent() && facts.blade() != null) {
      return condition(READY, Truth.UNKNOWN, LparReason.AGENT_SILENT, silence(facts.blade()));
    }
    return switch (facts.standing()) {
      case NoPlace(var reason, var message) -> condition(READY, Truth.FALSE, reason, message);
      case BladeLost(var blade) ->
          condition(READY, Truth.UNKNOWN, LparReason.BLADE_LOST, lost(blade));
      case Gone() -> condition(READY, Truth.FALSE, LparReason.DELETING, "it is being deleted");
      case Leaving(var blade) ->
          condition(
              READY,
              Truth.FALSE,
              facts.deleting() ? LparReason.DELETING : LparReason.LEAVING_BLADE,
              "waits for %s to report it gone".formatted(blade));
      case Settled settled -> readyOn(settled);
    };
  }

  private StatusCondition readyOn(Settled settled) {
    if (settled.change() instanceof Change.Refused(var message)) {
      return condition(READY, Truth.FALSE, LparReason.CHANGE_DOES_NOT_FIT, message);
    }
    if (facts.deleting()) {
      return condition(READY, Truth.FALSE, LparReason.DELETING, "it is being deleted");
    }
    if (report == null || !reportsOn(report, settled.assigned())) {
      return condition(
          READY,
          Truth.FALSE,
          LparReason.AWAITING_AGENT,
          "the agent of %s hasn't acted on generation %d yet"
              .formatted(settled.blade(), settled.assigned().generation()));
    }
    boolean runs =
        settled.assigned().power() == Power.RUNNING
            && report.reason() == PartitionReason.GUEST_RUNNING;
    var lacking =
        devicesAttached()
            .filter(devices -> devices.truth() != Truth.TRUE)
            .or(() -> Optional.of(entitlementMet()).filter(Entitlement::isNotEnforced));
    return runs && lacking.isPresent()
        ? condition(READY, Truth.FALSE, lacking.get().reason(), lacking.get().message())
        : condition(
            READY,
            runs ? Truth.TRUE : Truth.FALSE,
            Reason.word(report.reason().name()),
            words(report));
  }

  private String silence(BladeView blade) {
    return facts.deleting()
        ? ("deletion waits for %1$s to report it gone, and %2$s; bring the blade back, or, once you"
                + " are sure that the machine is off, remove the finalizer lpar.dev/partition")
            .formatted(blade.name(), blade.readyMessage())
        : "%s: %s; the rest of this status is as last reported"
            .formatted(blade.name(), blade.readyMessage());
  }

  private static boolean reportsOn(PartitionStatus report, PartitionIntent assigned) {
    var generation = report.generation();
    return generation != null && generation == assigned.generation();
  }

  private static String words(PartitionStatus report) {
    var message = report.message();
    return message == null || message.isBlank()
        ? RunningReasons.sentence(report.reason())
        : message;
  }

  private StatusCondition condition(String type, Truth truth, LparReason reason, String message) {
    return condition(type, truth, reason.word(), message);
  }

  private StatusCondition condition(String type, Truth truth, String reason, String message) {
    return new StatusCondition(type, truth, reason, message, facts.wanted().generation(), now);
  }
}
