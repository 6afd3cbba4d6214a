package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.ForceOff;
import dev.lpar.agent.plan.HostStep.PartitionStep;
import dev.lpar.agent.plan.HostStep.PauseGuest;
import dev.lpar.agent.plan.HostStep.PressPowerButton;
import dev.lpar.agent.plan.HostStep.ResumeGuest;
import dev.lpar.agent.plan.HostStep.RotateConsole;
import dev.lpar.agent.plan.HostStep.SaveRecord;
import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.PartitionPlanner.Wish;
import dev.lpar.agent.plan.Stage.Ended;
import dev.lpar.agent.plan.Stage.Ending;
import dev.lpar.agent.plan.Stage.PoweringOff;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.CrashPolicy;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Decides for a partition whose unit is there. It is never started a second time. */
final class LivePartitionPlanner {
  /** A guest that doesn't yet listen to its power button is given another press after this. */
  static final Duration PRESS_AGAIN = Duration.ofSeconds(10);

  /** How long QEMU may take to answer after its start, before it is called unresponsive. */
  static final Duration FIRST_ANSWER = Duration.ofSeconds(60);

  /** How long a QEMU that has answered may keep silent before it is called unresponsive. */
  static final Duration SILENCE = Duration.ofSeconds(10);

  /** Of a unit found without a record and without an intent. */
  private static final int UNKNOWN_GRACE_SECONDS = 120;

  private final String bootId;
  private final CpuDecider cpus;
  private final Instant now;

  LivePartitionPlanner(String bootId, CpuDecider cpus, Instant now) {
    this.bootId = bootId;
    this.cpus = cpus;
    this.now = now;
  }

  Decision plan(Wish wish, ObservedPartition seen, long pid, DevicePlan devices) {
    var steps = new ArrayList<PartitionStep>();
    var found = seen.record();
    var current = upToDate(wish, seen, found).withSlots(devices.slots());
    var record = current.placed(cpus.place(seen.id(), current.place()));
    if (!record.equals(found) && !(wish instanceof Wish.Undecided && found == null)) {
      steps.add(new SaveRecord(record));
    }
    if (seen.consoleFull()) {
      steps.add(new RotateConsole(seen.id()));
    }
    var decision = new Round(wish, seen, record, pid, devices).decide();
    var further = further(seen, pid, devices);
    // A guest that stands still for its devices goes on behind them; nothing else waits for any.
    return (goesOn(seen, decision) ? decision.after(further) : decision.then(further)).after(steps);
  }

  /**
   * A refused step ends the lane. CPUs are first, because others may wait for a guest to leave
   * theirs; when they were refused, the devices aren't kept waiting for them.
   */
  private List<PartitionStep> further(ObservedPartition seen, long pid, DevicePlan devices) {
    var forCpus = cpus.steps(seen, pid);
    return (seen.cpusRefused() == null
            ? Stream.of(forCpus, devices.whileLive())
            : Stream.of(devices.whileLive(), forCpus))
        .flatMap(List::stream)
        .toList();
  }

  private static boolean goesOn(ObservedPartition seen, Decision decision) {
    return seen.guest() instanceof Guest.Answering(var state, _, _, _)
        && state == RunState.STARTING
        && decision.steps().contains(new ResumeGuest(seen.id()));
  }

  /** The record as it has to be while the unit is there. */
  private PartitionRecord upToDate(
      Wish wish, ObservedPartition seen, @Nullable PartitionRecord found) {
    var wanted = wish.wanted();
    var record = found != null ? found : PartitionRecord.adopted(seen.id(), wanted, bootId, now);
    if (record.stage() instanceof Stage.Starting) {
      record = record.at(new Stage.Launched());
    }
    if (record.stage() instanceof Stage.Launched && seen.guest() instanceof Guest.Answering) {
      record = record.at(new Stage.Answered());
    }
    return wanted == null ? record : record.following(wanted);
  }

  /** One partition, one look. */
  private final class Round {
    private final Wish wish;
    private final ObservedPartition seen;
    private final PartitionRecord record;
    private final long pid;
    private final DevicePlan devices;

    Round(Wish wish, ObservedPartition seen, PartitionRecord record, long pid, DevicePlan devices) {
      this.wish = wish;
      this.seen = seen;
      this.record = record;
      this.pid = pid;
      this.devices = devices;
    }

    Decision decide() {
      return switch (record.stage()) {
        case Ended ended -> finish(ended);
        case Stage.Off() -> forceOff("off, QEMU is being ended");
        case PoweringOff off -> poweringOff(off);
        case Stage.Starting(), Stage.Launched(), Stage.Answered() -> up();
      };
    }

    /** The end was written down; now it is brought about, but for a panic to be preserved. */
    private Decision finish(Ended ended) {
      var intent = wish.wanted() != null ? wish.wanted() : record.activated();
      boolean preserved =
          !wish.off()
              && ended.how() == Ending.GUEST_PANICKED
              && intent != null
              && intent.onCrash() == CrashPolicy.PRESERVE;
      return preserved
          ? tell(Situation.PANICKED, ended.message() + "; preserved as it is")
          : new Decision(
              List.of(new ForceOff(seen.id())), report(Situation.POWERING_OFF, ended.message()));
    }

    private Decision poweringOff(PoweringOff off) {
      var grace =
          record.activated() == null ? UNKNOWN_GRACE_SECONDS : record.activated().graceSeconds();
      var deadline = off.askedAt().plusSeconds(grace);
      if (!now.isBefore(deadline)) {
        return forceOff("still on after %d s, forced off".formatted(grace));
      }
      var state = state();
      if (state == RunState.PANICKED
          || state == RunState.BROKEN
          || state == RunState.SHUT_DOWN
          || state == RunState.STARTING) {
        return forceOff(null);
      }
      var message = "asked to power off, forced at " + deadline;
      var report = report(Situation.POWERING_OFF, message);
      if (state == null || now.isBefore(off.pressedAt().plus(PRESS_AGAIN))) {
        return new Decision(List.of(), report);
      }
      var pressed = record.at(new PoweringOff(off.askedAt(), now));
      return new Decision(press(pressed, state), report);
    }

    /** A QEMU that doesn't answer isn't asked: its time runs all the same. */
    private List<PartitionStep> press(PartitionRecord pressed, @Nullable RunState state) {
      var steps = new ArrayList<PartitionStep>();
      steps.add(new SaveRecord(pressed));
      if (state == null) {
        return steps;
      }
      if (state == RunState.PAUSED) {
        steps.add(new ResumeGuest(seen.id()));
      }
      steps.add(new PressPowerButton(seen.id()));
      return steps;
    }

    private Decision up() {
      if (wish.off()) {
        var off = record.at(new PoweringOff(now, now));
        return new Decision(
            press(off, state()), report(Situation.POWERING_OFF, "asked to power off"));
      }
      return switch (seen.guest()) {
        case Guest.Absent() -> silent(now);
        case Guest.Silent(var since, _) -> silent(since);
        case Guest.Answering(var state, _, _, _) -> answering(state);
      };
    }

    private Decision silent(Instant since) {
      boolean booting = record.stage() instanceof Stage.Launched;
      var limit = booting ? record.activatedAt().plus(FIRST_ANSWER) : since.plus(SILENCE);
      if (!now.isBefore(limit)) {
        return tell(Situation.UNRESPONSIVE, "QEMU hasn't answered since " + since);
      }
      return tell(booting ? Situation.STARTING : Situation.RUNNING, null);
    }

    private Decision answering(RunState state) {
      boolean paused =
          wish instanceof Wish.Keep(PartitionIntent intent) && intent.power() == Power.PAUSED;
      return switch (state) {
        case STARTING -> starting();
        case RUNNING ->
            paused
                ? new Decision(
                    List.of(new PauseGuest(seen.id())), report(Situation.RUNNING, "being paused"))
                : tell(Situation.RUNNING, null);
        case PAUSED ->
            paused || wish instanceof Wish.Undecided
                ? tell(Situation.PAUSED, null)
                : new Decision(
                    List.of(new ResumeGuest(seen.id())), report(Situation.PAUSED, "being resumed"));
        case SHUT_DOWN -> end(Ending.GUEST_POWERED_OFF, "the guest powered itself off");
        case PANICKED -> end(Ending.GUEST_PANICKED, "the guest's kernel panicked");
        case BROKEN -> end(Ending.QEMU_DIED, "KVM gave up on the guest (internal error)");
      };
    }

    /**
     * A guest stands still until it has its CPUs and all its devices: it boots as with hardware
     * built in.
     */
    private Decision starting() {
      if (!devices.trouble().isEmpty()) {
        return tell(Situation.DEVICES_UNAVAILABLE, devices.trouble());
      }
      var trouble = cpus.trouble(seen);
      if (trouble != null) {
        return tell(Situation.CPUS_UNAVAILABLE, trouble);
      }
      return devices.complete() && cpus.arranged(seen) && !(wish instanceof Wish.Undecided)
          ? new Decision(List.of(new ResumeGuest(seen.id())), report(Situation.STARTING, null))
          : tell(Situation.STARTING, null);
    }

    /** Writes the end down; the next round brings it about. */
    private Decision end(Ending how, String message) {
      var next = record.ended(how, now, message);
      var after = new Round(wish, seen, next, pid, devices).finish((Ended) next.stage());
      return after.after(List.of(new SaveRecord(next)));
    }

    private Decision forceOff(@Nullable String message) {
      return new Decision(
          List.of(new ForceOff(seen.id())), report(Situation.POWERING_OFF, message));
    }

    private Decision tell(Situation situation, @Nullable String message) {
      return new Decision(List.of(), report(situation, message));
    }

    private PartitionReport report(Situation situation, @Nullable String message) {
      return Reports.of(wish, seen.with(record), situation, message, pid);
    }

    private @Nullable RunState state() {
      return seen.guest() instanceof Guest.Answering(var state, _, _, _) ? state : null;
    }
  }
}
