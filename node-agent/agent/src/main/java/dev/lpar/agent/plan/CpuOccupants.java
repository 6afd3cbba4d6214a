package dev.lpar.agent.plan;

import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.util.Optional;

/** Who is on the cores that a dedicated guest is to be started on. */
final class CpuOccupants {
  private final ObservedHost host;
  private final CpuHandover handover;

  CpuOccupants(ObservedHost host, CpuHandover handover) {
    this.host = host;
    this.handover = handover;
  }

  /** One of them, in words. */
  Optional<String> occupant(LparId id, CpuSet own) {
    return host.partitions().stream()
        .filter(other -> !other.id().equals(id))
        .flatMap(other -> words(other, own).stream())
        .findFirst()
        .or(
            () ->
                handover.hostIsOn(own)
                    ? Optional.of(
                        "waits for the CPUs %s, which the host's own work is leaving"
                            .formatted(own))
                    : Optional.empty());
  }

  /**
   * Whether it can't be on any CPU worth waiting for: it stands still since its start, and nobody
   * knows how to give it others.
   */
  private static boolean standsStill(ObservedPartition other) {
    return switch (other.guest()) {
      case Guest.Answering(var state, _, _, _) ->
          state == RunState.STARTING && other.cpusRefused() != null;
      case Guest.Silent _ ->
          other.record() != null && other.record().stage() instanceof Stage.Launched;
      case Guest.Absent() -> false;
    };
  }

  private Optional<String> words(ObservedPartition other, CpuSet own) {
    var on = handover.found(other.id()).map(found -> found.intersect(own));
    boolean there = on.map(cpus -> !cpus.isEmpty()).orElse(false);
    return switch (other.unit()) {
      case Unit.Live _ when there || on.isEmpty() && !standsStill(other) ->
          Optional.of(
              "waits for the CPUs %s, which the partition %s is leaving"
                  .formatted(on.orElse(own), name(other)));
      case Unit.Ending _ when there ->
          Optional.of(
              "waits for the CPUs %s, which the partition %s has until its QEMU has ended"
                  .formatted(on.orElse(own), name(other)));
      case Unit.Live _, Unit.Ending _, Unit.Failed _, Unit.Absent() -> Optional.empty();
    };
  }

  private static String name(ObservedPartition other) {
    var record = other.record();
    return record == null || record.activated() == null
        ? other.id().text()
        : record.activated().displayName();
  }
}
