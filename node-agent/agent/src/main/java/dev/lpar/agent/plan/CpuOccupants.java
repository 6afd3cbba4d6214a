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

  /**
   * One that is in the way.
   *
   * @param stays whether it won't leave by itself
   */
  record Occupant(String message, boolean stays) {
    private static Occupant leaving(CpuSet cpus, String who) {
      return new Occupant("waits for the CPUs %s, which %s".formatted(cpus, who), false);
    }

    private static Occupant staying(CpuSet cpus, String who, String why) {
      return new Occupant(
          "needs the CPUs %s, which %s doesn't leave: %s".formatted(cpus, who, why), true);
    }
  }

  Optional<Occupant> occupant(LparId id, CpuSet own) {
    return host.partitions().stream()
        .filter(other -> !other.id().equals(id))
        .flatMap(other -> guest(other, own).stream())
        .findFirst()
        .or(() -> handover.hostIsOn(own) ? Optional.of(host(own)) : Optional.empty());
  }

  private Occupant host(CpuSet own) {
    var who = "the host's own work";
    return host.hostCpusRefused() == null
        ? Occupant.leaving(own, who + " is leaving")
        : Occupant.staying(own, who, host.hostCpusRefused());
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

  private Optional<Occupant> guest(ObservedPartition other, CpuSet own) {
    var on = handover.found(other.id()).map(found -> found.intersect(own));
    boolean there = on.map(cpus -> !cpus.isEmpty()).orElse(false);
    var cpus = on.orElse(own);
    var who = "the partition " + name(other);
    return switch (other.unit()) {
      case Unit.Live _ when there || on.isEmpty() && !standsStill(other) ->
          Optional.of(
              handover.isStuck(other.id())
                  ? Occupant.staying(cpus, who, "there are no others for it")
                  : other.cpusRefused() != null
                      ? Occupant.staying(cpus, who, other.cpusRefused())
                      : Occupant.leaving(cpus, who + " is leaving"));
      case Unit.Ending _ when there ->
          Optional.of(Occupant.leaving(cpus, who + " has until its QEMU has ended"));
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
