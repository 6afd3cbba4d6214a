package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.ClearFailedUnit;
import dev.lpar.agent.plan.HostStep.ClearRunDirectory;
import dev.lpar.agent.plan.HostStep.PartitionStep;
import dev.lpar.agent.plan.HostStep.RemovePartition;
import dev.lpar.agent.plan.HostStep.SaveRecord;
import dev.lpar.agent.plan.ObservedPartition.StartConditions;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.Stage.Ended;
import dev.lpar.agent.plan.Stage.Ending;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.CrashPolicy;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides for one partition: the part for one whose guest doesn't run. */
final class PartitionPlanner {

  /** What is wanted of a partition. */
  sealed interface Wish {
    record Keep(PartitionIntent intent) implements Wish {}

    record Remove() implements Wish {}

    /** The Blade hasn't been read: nobody knows. */
    record Undecided() implements Wish {}

    default @Nullable PartitionIntent wanted() {
      return this instanceof Keep(var intent) ? intent : null;
    }

    default boolean off() {
      return this instanceof Remove
          || this instanceof Keep(var intent) && intent.power() == Power.STOPPED;
    }
  }

  private final ObservedHost host;
  private final StartGate gate;
  private final LivePartitionPlanner live;
  private final DevicePlanner devices;
  private final CpuDecider cpus;
  private final Instant now;

  PartitionPlanner(
      ObservedHost host, StartGate gate, DevicePlanner devices, CpuDecider cpus, Instant now) {
    this.host = host;
    this.gate = gate;
    this.devices = devices;
    this.cpus = cpus;
    this.live = new LivePartitionPlanner(host.bootId(), cpus, now);
    this.now = now;
  }

  Decision plan(Wish wish, ObservedPartition seen) {
    var plan = devices.plan(wish, seen);
    var decision =
        switch (seen.unit()) {
          case Unit.Live(var pid, _) -> live.plan(wish, seen, pid, plan);
          case Unit.Ending _ ->
              new Decision(
                  List.of(),
                  Reports.of(wish, seen, Situation.POWERING_OFF, "waits for QEMU to end", null));
          case Unit.Failed(var detail) -> ended(wish, seen, detail, plan);
          case Unit.Absent() -> ended(wish, seen, null, plan);
        };
    return decision.telling(plan.attachments()).telling(cpus.report(seen));
  }

  /**
   * @param failure how the unit failed, or null when it is gone without a trace
   */
  private Decision ended(
      Wish wish, ObservedPartition seen, @Nullable String failure, DevicePlan plan) {
    return switch (wish) {
      case Wish.Remove() ->
          new Decision(List.of(new RemovePartition(seen.id())), removing(wish, seen))
              .after(plan.release());
      case Wish.Undecided() -> new Decision(List.of(), asRecorded(wish, seen));
      case Wish.Keep(var intent) -> {
        var record = seen.record();
        var next = record == null ? null : settle(record, seen, failure);
        var steps = new ArrayList<PartitionStep>();
        if (next != null && !next.equals(record)) {
          steps.add(new SaveRecord(next));
        }
        if (seen.runDirectory()) {
          steps.add(new ClearRunDirectory(seen.id()));
        }
        if (failure != null) {
          steps.add(new ClearFailedUnit(seen.id()));
        }
        var decision = off(wish, intent, next == null ? seen : seen.ended(next), plan);
        yield (intent.power() == Power.STOPPED
                ? decision.then(plan.release()).then(plan.hold())
                : decision.after(plan.hold()).after(plan.release()))
            .after(steps);
      }
    };
  }

  /** The record brought up to what the missing or failed unit tells. */
  private PartitionRecord settle(
      PartitionRecord record, ObservedPartition seen, @Nullable String failure) {
    boolean rebooted = !record.bootId().equals(host.bootId());
    return switch (record.stage()) {
      case Stage.Starting() -> {
        var refused = failure != null ? failure : seen.startRefused();
        yield rebooted || refused == null
            ? record
            : record.ended(Ending.START_FAILED, now, refused);
      }
      case Stage.Launched() -> {
        if (rebooted) {
          yield record.off();
        }
        yield failure == null
            ? guestPoweredOff(record)
            : record.ended(Ending.START_FAILED, now, failure);
      }
      case Stage.Answered() -> {
        if (rebooted) {
          yield record.off();
        }
        yield failure == null
            ? guestPoweredOff(record)
            : record.ended(Ending.QEMU_DIED, now, failure);
      }
      case Stage.PoweringOff _ -> record.off();
      case Stage.Off() -> record;
      case Ended(var how, _, _) ->
          rebooted && how != Ending.GUEST_POWERED_OFF && restarts(record) ? record.off() : record;
    };
  }

  private static boolean restarts(PartitionRecord record) {
    return record.activated() != null && record.activated().onCrash() == CrashPolicy.RESTART;
  }

  private PartitionRecord guestPoweredOff(PartitionRecord record) {
    return record.ended(Ending.GUEST_POWERED_OFF, now, "the guest powered itself off");
  }

  /** The guest is off and the record says so. */
  private Decision off(Wish wish, PartitionIntent intent, ObservedPartition seen, DevicePlan plan) {
    var record = seen.record();
    if (intent.power() == Power.STOPPED) {
      var report = Reports.of(wish, seen, Situation.POWERED_OFF, null, null);
      return record == null || record.stage() instanceof Stage.Off
          ? new Decision(List.of(), report)
          : new Decision(List.of(new SaveRecord(record.off())), report);
    }
    if (record == null) {
      return start(wish, intent, seen, plan, 0, 0);
    }
    return switch (record.stage()) {
      case Ended ended -> afterEnd(wish, intent, seen, record, ended, plan);
      case Stage.Starting() ->
          start(wish, intent, seen, plan, record.restarts(), record.failures());
      case Stage.Launched(), Stage.Answered(), Stage.PoweringOff _, Stage.Off() ->
          start(wish, intent, seen, plan, 0, 0);
    };
  }

  private Decision afterEnd(
      Wish wish,
      PartitionIntent intent,
      ObservedPartition seen,
      PartitionRecord record,
      Ended end,
      DevicePlan plan) {
    return switch (end.how()) {
      case GUEST_POWERED_OFF -> new Decision(List.of(), asRecorded(wish, seen));
      case GUEST_PANICKED, QEMU_DIED ->
          switch (intent.onCrash()) {
            case RESTART -> restart(wish, intent, seen, record, end, plan);
            case STOP, PRESERVE -> new Decision(List.of(), asRecorded(wish, seen));
          };
      case START_FAILED -> restart(wish, intent, seen, record, end, plan);
    };
  }

  private Decision restart(
      Wish wish,
      PartitionIntent intent,
      ObservedPartition seen,
      PartitionRecord record,
      Ended end,
      DevicePlan plan) {
    var due = end.at().plus(record.backOff());
    boolean crashed = end.how() != Ending.START_FAILED;
    if (now.isBefore(due)) {
      return new Decision(
          List.of(),
          Reports.of(
              wish,
              seen,
              crashed ? Situation.BACK_OFF : Situation.START_FAILED,
              "%s; starts again at %s".formatted(end.message(), due),
              null));
    }
    return start(
        wish, intent, seen, plan, record.restarts() + (crashed ? 1 : 0), record.failures());
  }

  /** What is written down of a start beside the intent. */
  private record Activation(
      Map<String, GuestSlot> slots, CpuPlace place, int restarts, int failures) {}

  private Decision start(
      Wish wish,
      PartitionIntent intent,
      ObservedPartition seen,
      DevicePlan plan,
      int restarts,
      int failures) {
    if (!plan.complete() || !plan.trouble().isEmpty()) {
      return new Decision(
          List.of(), Reports.of(wish, seen, Situation.DEVICES_UNAVAILABLE, plan.trouble(), null));
    }
    var conditions = seen.conditions();
    if (conditions == null) {
      return new Decision(List.of(), Reports.of(wish, seen, Situation.STARTING, null, null));
    }
    return switch (cpus.admit(intent)) {
      case CpuDecider.Admission.Refused(var message) ->
          new Decision(
              List.of(), Reports.of(wish, seen, Situation.CPUS_UNAVAILABLE, message, null));
      case CpuDecider.Admission.NotYet(var message) ->
          new Decision(List.of(), Reports.of(wish, seen, Situation.STARTING, message, null));
      case CpuDecider.Admission.Granted(var place) ->
          startThere(
              wish,
              intent,
              seen,
              conditions,
              new Activation(plan.slots(), place, restarts, failures));
    };
  }

  private Decision startThere(
      Wish wish,
      PartitionIntent intent,
      ObservedPartition seen,
      StartConditions conditions,
      Activation next) {
    return switch (gate.admit(intent, conditions, next.place().numaNode())) {
      case StartGate.Admission.Refused(var why, var message) ->
          new Decision(List.of(), Reports.of(wish, seen, why, message, null));
      case StartGate.Admission.NotYet(var message) ->
          new Decision(List.of(), Reports.of(wish, seen, Situation.STARTING, message, null));
      case StartGate.Admission.Granted(var start, var disks) -> {
        var record =
            new PartitionRecord(
                intent.id(),
                intent,
                new Stage.Starting(),
                host.bootId(),
                now,
                disks,
                next.slots(),
                new CpuPlace(next.place().pins(), start.numaNode()),
                next.restarts(),
                next.failures());
        yield new Decision(
            List.of(new SaveRecord(record), start, new SaveRecord(record.at(new Stage.Launched()))),
            Reports.of(wish, seen.ended(record), Situation.STARTING, null, null));
      }
    };
  }

  private static PartitionReport removing(Wish wish, ObservedPartition seen) {
    return Reports.of(
        wish, seen, Situation.POWERING_OFF, "off; what is left of it is being removed", null);
  }

  /** A partition that is off and stays so for now. */
  private static PartitionReport asRecorded(Wish wish, ObservedPartition seen) {
    var stage = seen.record() == null ? new Stage.Off() : seen.record().stage();
    if (!(stage instanceof Ended(var how, _, var message))) {
      return Reports.of(wish, seen, Situation.POWERED_OFF, null, null);
    }
    var situation =
        switch (how) {
          case GUEST_POWERED_OFF -> Situation.GUEST_POWERED_OFF;
          case GUEST_PANICKED -> Situation.PANICKED;
          case QEMU_DIED -> Situation.DIED;
          case START_FAILED -> Situation.START_FAILED;
        };
    return Reports.of(wish, seen, situation, message, null);
  }
}
