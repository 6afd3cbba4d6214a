package dev.lpar.agent.plan;

import dev.lpar.model.CpuPlan;
import dev.lpar.model.CpuPlan.Cores;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent.Processors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How CPUs change hands: who has a core leaves it, and is seen to have left, before another takes
 * it. So the steps of one plan are never in each other's way, in whatever order they are done.
 */
final class CpuHandover {
  private final ObservedHost host;
  private final CpuPlan plan;

  /** The host's and the shared ones, once all have moved. */
  private final CpuSet common;

  private final CpuSet refuge;

  /** By guest, as found. */
  private final Map<LparId, CpuArrangement> found = new LinkedHashMap<>();

  /** The cores that dedicated guests are found on. */
  private final Map<LparId, CpuSet> held = new LinkedHashMap<>();

  CpuHandover(ObservedHost host, CpuPlan plan, Map<LparId, Processors> processors, CpuSet shared) {
    this.host = host;
    this.plan = plan;
    this.common = plan.host().union(shared);
    for (var partition : host.partitions()) {
      var id = partition.id();
      var cpus = partition.cpus();
      var arrangement = cpus == null ? null : cpus.now().arrangement();
      if (arrangement != null) {
        found.put(id, arrangement);
        if (arrangement.isolated() || processors.get(id) instanceof Processors.Dedicated) {
          held.put(id, arrangement.vcpus());
        }
      }
    }
    this.refuge = refuge();
  }

  /** All CPUs that a guest is on; empty when nothing is known of it. */
  Optional<CpuSet> found(LparId id) {
    return Optional.ofNullable(found.get(id)).map(CpuHandover::all);
  }

  /** Whether a guest has no cores to go to from those that it is on. */
  boolean isStuck(LparId id) {
    return held.containsKey(id) && plan.lacking().containsKey(id);
  }

  /** Cores that dedicated guests haven't left, whoever is to have them. */
  CpuSet held() {
    return held.values().stream().reduce(CpuSet.EMPTY, CpuSet::union);
  }

  private CpuSet heldByOthers(LparId id) {
    return held.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(id))
        .map(Map.Entry::getValue)
        .reduce(CpuSet.EMPTY, CpuSet::union);
  }

  /** What the host's work may be kept to for now: none, all; empty when it is left as it is. */
  Optional<CpuSet> host() {
    return plan.host().isEmpty() ? Optional.of(CpuSet.EMPTY) : common(plan.host(), held());
  }

  /**
   * The CPUs that the host's work is on. One that isn't kept to any, and isn't to be, goes where
   * isolation leaves it.
   */
  private CpuSet hosts() {
    var now = host.cpus().host();
    boolean toConfine = host().filter(cpus -> !cpus.isEmpty()).isPresent();
    return now.isEmpty() && toConfine ? host.cpus().topology().cpus() : now;
  }

  boolean hostIsOn(CpuSet cpus) {
    return !hosts().intersect(cpus).isEmpty();
  }

  private CpuSet usedByOthers(LparId id) {
    return found.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(id))
        .map(entry -> all(entry.getValue()))
        .reduce(hosts().union(refuge), CpuSet::union);
  }

  /**
   * What a dedicated guest may have for now; empty when it is left as it is.
   *
   * @param wanted what it is to have in the end
   */
  Optional<CpuArrangement> dedicated(LparId id, CpuArrangement wanted) {
    var now = found.get(id);
    var free = wanted.vcpus().minus(usedByOthers(id));
    if (free.equals(wanted.vcpus())) {
      return moved(id, wanted, free, wanted.pins());
    }
    if (now == null || now.vcpus().isEmpty()) {
      return Optional.empty();
    }
    return isInTheWay(id) && !free.isEmpty()
        ? moved(id, wanted, free, within(free, wanted.pins()))
        : moved(id, wanted, now.vcpus(), now.pins());
  }

  private Optional<CpuArrangement> moved(
      LparId id, CpuArrangement wanted, CpuSet vcpus, List<Integer> pins) {
    return common(wanted.emulator(), heldByOthers(id).union(vcpus))
        .map(emulator -> new CpuArrangement(wanted.weight(), emulator, vcpus, true, null, pins));
  }

  /** Whether others can't move until it does: it makes do with what is free, crowded. */
  private boolean isInTheWay(LparId id) {
    var own = held.getOrDefault(id, CpuSet.EMPTY);
    return !refuge.isEmpty()
        || held.keySet().stream()
            .filter(other -> !other.equals(id))
            .flatMap(other -> Optional.ofNullable(plan.cores().get(other)).stream())
            .anyMatch(cores -> !cores.cpus().intersect(own).isEmpty());
  }

  /** Each where it is to be if that is free, the others in turn. */
  private static List<Integer> within(CpuSet free, List<Integer> pins) {
    var some = free.stream().boxed().toList();
    var within = new ArrayList<Integer>();
    for (int pin : pins) {
      within.add(free.contains(pin) ? pin : some.get(within.size() % some.size()));
    }
    return within;
  }

  /**
   * Where the vCPUs of a shared guest, or its QEMU, may be for now; empty when they are left where
   * they are.
   */
  Optional<CpuSet> shared(CpuSet wanted) {
    return common(wanted, held());
  }

  private static CpuSet all(CpuArrangement found) {
    return found.vcpus().union(found.emulator());
  }

  /** What is wanted, as far as it isn't taken; else what is nobody's own. */
  private Optional<CpuSet> common(CpuSet wanted, CpuSet taken) {
    return Stream.of(wanted.minus(taken), common.minus(taken), refuge)
        .filter(cpus -> !cpus.isEmpty())
        .findFirst();
  }

  /**
   * One CPU for all that have none to go to, because dedicated guests have yet to leave those that
   * are to be common: so the others are free for these.
   */
  private CpuSet refuge() {
    if (!common.minus(held()).isEmpty()) {
      return CpuSet.EMPTY;
    }
    var left = host.cpus().topology().cpus().minus(held());
    var cores = plan.cores().values().stream().map(Cores::cpus).reduce(CpuSet.EMPTY, CpuSet::union);
    return Stream.of(left.minus(cores), left)
        .filter(cpus -> !cpus.isEmpty())
        .findFirst()
        .map(cpus -> CpuSet.of(cpus.stream().max().getAsInt()))
        .orElse(CpuSet.EMPTY);
  }
}
