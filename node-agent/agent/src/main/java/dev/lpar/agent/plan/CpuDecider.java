package dev.lpar.agent.plan;

import dev.lpar.agent.plan.CpuOccupants.Occupant;
import dev.lpar.agent.plan.HostStep.ArrangeCpus;
import dev.lpar.agent.plan.HostStep.PartitionStep;
import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.model.CpuPlan.Cores;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Processors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides about one partition's CPUs: before it is started, and while it lives. */
final class CpuDecider {
  private final CpuDivision division;

  CpuDecider(CpuDivision division) {
    this.division = division;
  }

  /** The answer to a start. */
  sealed interface Admission {
    /**
     * @param place the memory's node as far as the CPUs say; it may not fit there
     */
    record Granted(CpuPlace place) implements Admission {}

    record Refused(String message) implements Admission {}

    /** Others are about to leave its cores. */
    record NotYet(String message) implements Admission {}
  }

  Admission admit(PartitionIntent intent) {
    var lacking = division.lacking(intent.id());
    if (lacking != null) {
      return new Admission.Refused(lacking);
    }
    return division
        .occupant(intent.id())
        .map(CpuDecider::notAdmitted)
        .orElseGet(
            () ->
                new Admission.Granted(
                    new CpuPlace(pins(intent.id()), division.homeNode(intent.id()))));
  }

  private static Admission notAdmitted(Occupant occupant) {
    return occupant.stays()
        ? new Admission.Refused(occupant.message())
        : new Admission.NotYet(occupant.message());
  }

  private List<Integer> pins(LparId id) {
    return division.cores(id).map(Cores::pins).orElse(List.of());
  }

  /** Where a live guest is by now: its cores may have changed, its memory stays. */
  CpuPlace place(LparId id, CpuPlace was) {
    var pins = division.known() ? pins(id) : List.<Integer>of();
    return pins.isEmpty() ? was : new CpuPlace(pins, was.numaNode());
  }

  /** What is to be done for a live guest to have its CPUs. */
  List<PartitionStep> steps(ObservedPartition seen, long pid) {
    var wanted = division.arrangement(seen.id());
    var threads = seen.guest().vcpuThreads();
    return wanted.isEmpty() || asWanted(seen) || threads.isEmpty()
        ? List.of()
        : List.of(new ArrangeCpus(seen.id(), pid, threads, wanted.get()));
  }

  /** Whether a guest's CPUs are as they are to be, and all that it is to have. */
  boolean arranged(ObservedPartition seen) {
    var cpus = seen.cpus();
    return cpus != null
        && cpus.now().arrangement() != null
        && asWanted(seen)
        && division.whole(seen.id(), cpus.now().arrangement());
  }

  private boolean asWanted(ObservedPartition seen) {
    var cpus = seen.cpus();
    return cpus != null
        && cpus.now().strays().isEmpty()
        && cpus.now().arrangement() != null
        && cpus.now().arrangement().equals(division.arrangement(seen.id()).orElse(null));
  }

  /** Why they can't be, or null. */
  @Nullable String trouble(ObservedPartition seen) {
    if (division.lacking(seen.id()) != null) {
      return division.lacking(seen.id());
    }
    if (arranged(seen)) {
      return null;
    }
    return seen.cpusRefused() != null
        ? seen.cpusRefused()
        : division.occupant(seen.id()).filter(Occupant::stays).map(Occupant::message).orElse(null);
  }

  /** What is to be told of a live guest's CPUs; null while they haven't been set up. */
  @Nullable CpuReport report(ObservedPartition seen) {
    var cpus = seen.cpus();
    var record = seen.record();
    if (!(seen.unit() instanceof Unit.Live)
        || cpus == null
        || cpus.now().arrangement() == null
        || record == null
        || record.activated() == null) {
      return null;
    }
    var found = cpus.now().arrangement();
    boolean runs =
        seen.guest() instanceof Guest.Answering(var state, _, _, _) && state == RunState.RUNNING;
    return new CpuReport(
        found.pins(),
        found.emulator(),
        record.place().numaNode(),
        Entitlement.judge(
            due(record.activated().cpu(), found),
            runs ? cpus.use() : null,
            trouble(seen),
            runs ? cpus.disturbances() : List.of()),
        cpus.now().sample());
  }

  /** By what it has, as it was measured with that: what it is to have next isn't due yet. */
  private static Entitlement.Due due(Processors cpu, CpuArrangement found) {
    return new Entitlement.Due(
        cpu.vcpus(),
        cpu instanceof Processors.Shared ? found.weight() / CpuDivision.WEIGHT_OF_A_POINT : null,
        found.vcpus().size());
  }
}
