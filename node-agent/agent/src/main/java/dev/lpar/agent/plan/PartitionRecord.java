package dev.lpar.agent.plan;

import dev.lpar.agent.plan.Stage.Ended;
import dev.lpar.agent.plan.Stage.Ending;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    int restarts,
    int failures) {

  /** A guest that ran this long has come up well: its next crash counts as the first. */
  private static final Duration SOUND_RUN = Duration.ofMinutes(10);

  public PartitionRecord {
    devices = List.copyOf(devices);
  }

  /** Record for a unit that was found without one. */
  static PartitionRecord adopted(
      LparId id, @Nullable PartitionIntent intent, String bootId, Instant now) {
    return new PartitionRecord(id, intent, new Stage.Launched(), bootId, now, List.of(), 0, 0);
  }

  PartitionRecord at(Stage newStage) {
    return new PartitionRecord(
        id, activated, newStage, bootId, activatedAt, devices, restarts, failures);
  }

  PartitionRecord off() {
    return new PartitionRecord(id, activated, new Stage.Off(), bootId, activatedAt, devices, 0, 0);
  }

  PartitionRecord ended(Ending how, Instant now, String message) {
    boolean sound = Duration.between(activatedAt, now).compareTo(SOUND_RUN) >= 0;
    int counted = how == Ending.GUEST_POWERED_OFF || sound ? 0 : failures;
    return new PartitionRecord(
        id,
        activated,
        new Ended(how, now, message),
        bootId,
        activatedAt,
        devices,
        restarts,
        how == Ending.GUEST_POWERED_OFF ? 0 : counted + 1);
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
            now.cpu(),
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
        restarts,
        failures);
  }

  /** Delay from the last failure to the next start: 2 s, doubled each time, at most 5 min. */
  Duration backOff() {
    return Duration.ofSeconds(Math.min(300, 1L << Math.clamp(failures, 1, 16)));
  }
}
