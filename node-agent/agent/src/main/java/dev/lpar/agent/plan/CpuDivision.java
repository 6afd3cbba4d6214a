package dev.lpar.agent.plan;

import dev.lpar.agent.plan.CpuArrangement.Cap;
import dev.lpar.agent.plan.CpuOccupants.Occupant;
import dev.lpar.agent.plan.HostStep.BladeStep;
import dev.lpar.agent.plan.HostStep.ConfineHost;
import dev.lpar.agent.plan.HostStep.SteerInterrupts;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.model.CpuPlan;
import dev.lpar.model.CpuPlan.Cores;
import dev.lpar.model.CpuPlanner;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import dev.lpar.model.PciAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who has which of the blade's CPUs, now that some partitions are active. A dedicated partition
 * counts as active from the moment it is wanted to run: the others leave its cores first. It
 * doesn't once its guest has ended and rests.
 */
final class CpuDivision {
  /**
   * Over which the cap is counted. Shorter: a vCPU that is held back goes on sooner. Longer: what
   * the kernel hands out in slices of 5 ms on each CPU is less of the whole. With 100 ms caps come
   * within 0.3 points of their ratios, with 10 ms up to 6.7 points too low
   * (docs/design/2026-11-25-shares.md).
   */
  static final Duration PERIOD = Duration.ofMillis(100);

  /** The kernel takes no smaller quota (kernel/sched/core.c, min_cfs_quota_period). */
  private static final Duration SMALLEST_QUOTA = Duration.ofMillis(1);

  /** Of a service ratio, in cpu.weight: every ratio is one of the kernel's weights, exactly. */
  static final int WEIGHT_OF_A_POINT = 100;

  /** Weight of a guest that is alone on its CPUs. */
  private static final int OWN_CPUS = 100;

  private final ObservedHost host;
  private final CpuPlan plan;
  private final CpuReserve reserve;
  private final Map<LparId, Processors> processors = new LinkedHashMap<>();
  private final Set<LparId> active = new HashSet<>();
  private final boolean known;
  private final CpuHandover handover;

  CpuDivision(Desired desired, ObservedHost host, Map<LparId, PartitionIntent> wanted) {
    this.host = host;
    this.known = desired instanceof Desired.Known;
    this.reserve =
        desired instanceof Desired.Known(_, _, _, var asked, _) ? asked : CpuReserve.DEFAULT;
    wanted.forEach(
        (id, intent) -> {
          processors.put(id, intent.cpu());
          var record = host.partition(id).record();
          boolean rests = record != null && record.rests(intent.onCrash());
          if (intent.power() != Power.STOPPED && !rests) {
            active.add(id);
          }
        });
    for (var partition : host.partitions()) {
      var record = partition.record();
      if (live(partition) && record != null && record.activated() != null) {
        var wish = wanted.get(partition.id());
        processors.put(
            partition.id(),
            wish == null
                ? record.activated().cpu()
                : PartitionRecord.live(record.activated().cpu(), wish.cpu()));
        active.add(partition.id());
      }
    }
    this.plan =
        CpuPlanner.plan(
            host.cpus().topology(),
            reserve.hostCpus(host.cpus().topology()),
            reserve.sharedMinimumCpus(),
            requests(wanted));
    this.handover = new CpuHandover(host, plan, processors, shared());
  }

  /**
   * Those of live guests first: they run on the cores of their records, while one that is off may
   * have written down cores that have been given to another since.
   */
  private List<CpuPlan.Request> requests(Map<LparId, PartitionIntent> wanted) {
    var ofLive = new ArrayList<CpuPlan.Request>();
    var ofOthers = new ArrayList<CpuPlan.Request>();
    processors.forEach(
        (id, cpu) -> {
          if (cpu instanceof Processors.Dedicated(int vcpus, int threads)) {
            var record = host.partition(id).record();
            var pins = record == null ? List.<Integer>of() : record.place().pins();
            (live(host.partition(id)) ? ofLive : ofOthers)
                .add(new CpuPlan.Request(id, vcpus, threads, nodesOfDevices(wanted.get(id)), pins));
          }
        });
    ofLive.addAll(ofOthers);
    return ofLive;
  }

  private static boolean live(ObservedPartition partition) {
    return partition.unit() instanceof Unit.Live || partition.unit() instanceof Unit.Ending;
  }

  /** In the order of its devices, as the operator has them. */
  private List<Integer> nodesOfDevices(@Nullable PartitionIntent intent) {
    return intent == null
        ? List.of()
        : intent.devices().stream()
            .flatMap(
                device ->
                    host.devices().functions().stream()
                        .filter(function -> device.identity().matches(function.identity())))
            .flatMap(function -> Optional.ofNullable(function.numaNode()).stream())
            .distinct()
            .toList();
  }

  private boolean heldFor(PciAddress address, LparId id) {
    var held = host.devices().held().get(address);
    return held != null && id.equals(held.partition());
  }

  /** Whether the Blade was read: if not, what comes out here isn't to be acted on. */
  boolean known() {
    return known;
  }

  CpuSet dedicated() {
    return plan.cores().entrySet().stream()
        .filter(entry -> active.contains(entry.getKey()))
        .map(entry -> entry.getValue().cpus())
        .reduce(CpuSet.EMPTY, CpuSet::union);
  }

  CpuSet shared() {
    return plan.sharedWhile(active);
  }

  HostPlan.CpuSets sets() {
    return new HostPlan.CpuSets(plan.host(), dedicated(), shared(), reserve.sharedMinimumCpus());
  }

  private CpuSet emulatorCpus() {
    return plan.host().isEmpty() ? shared() : plan.host();
  }

  Optional<Cores> cores(LparId id) {
    return Optional.ofNullable(plan.cores().get(id));
  }

  /** Why a partition has no CPUs to be given, or null. */
  @Nullable String lacking(LparId id) {
    var shortage = plan.lacking().get(id);
    if (!known || shortage == null) {
      boolean none = known && processors.get(id) instanceof Processors.Shared && shared().isEmpty();
      return none ? "no CPU is shared: all are dedicated or the host's" : null;
    }
    var free = new ArrayList<String>();
    new TreeMap<>(shortage.free())
        .forEach((node, count) -> free.add("%d on NUMA node %d".formatted(count, node)));
    return "needs %d whole cores of its own; free: %s (sharedMinimumCpus: %d)"
        .formatted(
            shortage.cores(),
            free.isEmpty() ? "none" : String.join(", ", free),
            reserve.sharedMinimumCpus());
  }

  /** Who is still on a partition's cores. */
  Optional<Occupant> occupant(LparId id) {
    return cores(id).flatMap(cores -> new CpuOccupants(host, handover).occupant(id, cores.cpus()));
  }

  /**
   * How a live guest is to have its CPUs for now; empty when that isn't known, or it is left as it
   * is until others have moved.
   */
  Optional<CpuArrangement> arrangement(LparId id) {
    var cpu = processors.get(id);
    if (!known || cpu == null) {
      return Optional.empty();
    }
    return switch (cpu) {
      case Processors.Shared shared ->
          handover.shared(shared()).flatMap(vcpus -> floating(shared, vcpus));
      case Processors.Dedicated _ ->
          cores(id)
              .map(
                  cores ->
                      new CpuArrangement(
                          OWN_CPUS, emulatorCpus(), cores.cpus(), true, null, cores.pins()))
              .flatMap(whole -> handover.dedicated(id, whole));
    };
  }

  private Optional<CpuArrangement> floating(Processors.Shared cpu, CpuSet vcpus) {
    var cap = canExceed(cpu, vcpus.size()) ? cap(cpu.serviceRatio(), vcpus.size()) : null;
    int weight = cpu.serviceRatio() * WEIGHT_OF_A_POINT;
    return handover
        .shared(emulatorCpus())
        .map(emulator -> new CpuArrangement(weight, emulator, vcpus, false, cap, List.of()));
  }

  /** A cap that the guest can't come up to would only hold it back when a period begins late. */
  private static boolean canExceed(Processors.Shared cpu, int shared) {
    return cpu.capped() && cpu.serviceRatio() * shared < 100 * Math.min(cpu.vcpus(), shared);
  }

  /** Whether these are all that the guest is to have. */
  boolean whole(LparId id, CpuArrangement found) {
    return !(processors.get(id) instanceof Processors.Dedicated)
        || cores(id).map(cores -> cores.cpus().equals(found.vcpus())).orElse(false);
  }

  /**
   * Ratio percent of the shared CPUs. The others' turns leave it less in one period and more in the
   * next: without a burst what it was left short of would be lost.
   */
  static Cap cap(int ratio, int shared) {
    var quota = PERIOD.multipliedBy((long) ratio * shared).dividedBy(100);
    var least = quota.compareTo(SMALLEST_QUOTA) < 0 ? SMALLEST_QUOTA : quota;
    return new Cap(least, PERIOD, least);
  }

  /** The NUMA node of a dedicated partition's cores, if it is one and there are others. */
  @Nullable Integer homeNode(LparId id) {
    var nodes = cores(id).map(Cores::nodes).orElse(List.of());
    return nodes.size() == 1 && host.cpus().topology().nodes().size() > 1 ? nodes.getFirst() : null;
  }

  /** What the blade as a whole needs for this: the host's work and its interrupts kept away. */
  List<BladeStep> steps() {
    if (!known) {
      return List.of();
    }
    var steps = new ArrayList<BladeStep>();
    handover
        .host()
        .filter(wanted -> !wanted.equals(host.cpus().host()))
        .ifPresent(wanted -> steps.add(new ConfineHost(wanted)));
    var steered = new HashMap<Integer, CpuSet>();
    for (var interrupt : host.cpus().interrupts()) {
      var wanted = destination(interrupt);
      if (!wanted.isEmpty() && !wanted.equals(interrupt.cpus())) {
        steered.put(interrupt.number(), wanted);
      }
    }
    if (!steered.isEmpty()) {
      steps.add(new SteerInterrupts(steered));
    }
    return steps;
  }

  /** A pass-through device interrupts its guest's own CPUs, anything else none of them. */
  private CpuSet destination(ObservedCpus.Interrupt interrupt) {
    var device = interrupt.device();
    if (device != null) {
      for (var entry : plan.cores().entrySet()) {
        if (active.contains(entry.getKey()) && heldFor(device, entry.getKey())) {
          return CpuSet.of(entry.getValue().pins().stream().mapToInt(pin -> pin).toArray());
        }
      }
    }
    var taken = dedicated().union(handover.held());
    var rest = interrupt.cpus().minus(taken);
    return rest.isEmpty() ? plan.host().union(shared()).minus(taken) : rest;
  }
}
