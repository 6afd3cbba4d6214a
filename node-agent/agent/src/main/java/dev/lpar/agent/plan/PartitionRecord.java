package dev.lpar.agent.plan;

import dev.lpar.agent.plan.Stage.Ended;
import dev.lpar.agent.plan.Stage.Ending;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.CrashPolicy;
import dev.lpar.model.PartitionIntent.Processors;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the agent writes down of a partition, in {@code state.json}: all that can't be observed
 * again after a restart of the agent or of the blade.
 *
 * @param activated the intent the guest was started with, its graceSeconds and onCrash kept up to
 *     date; null for a unit that was found without a record
 * @param bootId the boot it was started in
 * @param activatedAt when it was started
 * @param devices block devices it has
 * @param slots of its pass-through devices in the guest, by their names
 * @param place where it was last put
 * @param restarts starts after a crash since it was last started on demand
 * @param failures crashes and failed starts in a row, each soon after the start: sets the back-off
 */
public record PartitionRecord(
    LparId id,
    @Nullable PartitionIntent activated,
    Stage stage,
    String bootId,
    Instant activatedAt,
    List<BlockDeviceId> devices,
    Map<String, GuestSlot> slots,
    CpuPlace place,
    int restarts,
    int failures) {

  /** A guest that ran this long has come up well: its next crash counts as the first. */
  private static final Duration SOUND_RUN = Duration.ofMinutes(10);

  public PartitionRecord {
    devices = List.copyOf(devices);
    slots = Map.copyOf(slots);
  }

  /** Record for a unit that was found without one. */
  static PartitionRecord adopted(
      LparId id, @Nullable PartitionIntent intent, String bootId, Instant now) {
    return new PartitionRecord(
        id,
        intent,
        new Stage.Launched(),
        bootId,
        now,
        List.of(),
        Map.of(),
        CpuPlace.ANYWHERE,
        0,
        0);
  }

  PartitionRecord at(Stage newStage) {
    return with(newStage, slots, restarts, failures);
  }

  PartitionRecord off() {
    return with(new Stage.Off(), slots, 0, 0);
  }

  PartitionRecord withSlots(Map<String, GuestSlot> newSlots) {
    return with(stage, newSlots, restarts, failures);
  }

  PartitionRecord placed(CpuPlace newPlace) {
    return new PartitionRecord(
        id, activated, stage, bootId, activatedAt, devices, slots, newPlace, restarts, failures);
  }

  PartitionRecord ended(Ending how, Instant now, String message) {
    boolean sound = Duration.between(activatedAt, now).compareTo(SOUND_RUN) >= 0;
    int counted = how == Ending.GUEST_POWERED_OFF || sound ? 0 : failures;
    return with(
        new Ended(how, now, message),
        slots,
        restarts,
        how == Ending.GUEST_POWERED_OFF ? 0 : counted + 1);
  }

  private PartitionRecord with(
      Stage newStage, Map<String, GuestSlot> newSlots, int newRestarts, int newFailures) {
    return new PartitionRecord(
        id,
        activated,
        newStage,
        bootId,
        activatedAt,
        devices,
        newSlots,
        place,
        newRestarts,
        newFailures);
  }

  /** Takes over what may change while the guest runs. */
  PartitionRecord following(PartitionIntent intent) {
    var now = activated == null ? intent : activated;
    return new PartitionRecord(
        id,
        new PartitionIntent(
            now.id(),
            intent.namespace(),
            intent.name(),
            now.generation(),
            intent.power(),
            intent.graceSeconds(),
            intent.onCrash(),
            live(now.cpu(), intent.cpu()),
            now.memory(),
            now.pages(),
            now.boot(),
            now.disks(),
            intent.devices(),
            now.identity()),
        stage,
        bootId,
        activatedAt,
        devices,
        slots,
        place,
        restarts,
        failures);
  }

  /**
   * Ratio and cap change while the guest runs; how many vCPUs it has, and in which mode, doesn't.
   */
  static Processors live(Processors activated, Processors wanted) {
    return activated instanceof Processors.Shared(int vcpus, int _, boolean _)
            && wanted instanceof Processors.Shared(int _, int ratio, boolean capped)
        ? new Processors.Shared(vcpus, ratio, capped)
        : activated;
  }

  /** Whether its guest has ended and stays so until the power state is set anew. */
  boolean rests(CrashPolicy policy) {
    return stage instanceof Ended(var how, _, _)
        && switch (how) {
          case GUEST_POWERED_OFF -> true;
          case GUEST_PANICKED, QEMU_DIED -> policy != CrashPolicy.RESTART;
          case START_FAILED -> false;
        };
  }

  /** Delay from the last failure to the next start: 2 s, doubled each time, at most 5 min. */
  Duration backOff() {
    return Duration.ofSeconds(Math.min(300, 1L << Math.clamp(failures, 1, 16)));
  }
}
