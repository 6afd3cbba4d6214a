package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.BladeStep;
import dev.lpar.agent.plan.HostStep.ForgetDevice;
import dev.lpar.agent.plan.HostStep.LayOutQemu;
import dev.lpar.agent.plan.HostStep.PartitionStep;
import dev.lpar.agent.plan.HostStep.RemoveQemu;
import dev.lpar.agent.plan.HostStep.ReserveHugePages;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.PartitionPlanner.Wish;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is wanted, what is there, what time it is: what to do, what to tell. */
public final class HostPlanner {
  private HostPlanner() {}

  public static HostPlan plan(Desired desired, ObservedHost host, Instant now) {
    var wanted = wanted(desired);
    var division = new CpuDivision(desired, host, wanted);
    var planner =
        new PartitionPlanner(
            host,
            new StartGate(host, wanted),
            new DevicePlanner(host, wanted, now),
            new CpuDecider(division),
            now);
    var steps = new LinkedHashMap<LparId, List<PartitionStep>>();
    var reports = new ArrayList<PartitionReport>();
    wishes(desired, host)
        .forEach(
            (id, wish) -> {
              var decision = planner.plan(wish, host.partition(id));
              if (!decision.steps().isEmpty()) {
                steps.put(id, decision.steps());
              }
              if (decision.report() != null) {
                reports.add(decision.report());
              }
            });
    return new HostPlan(
        bladeSteps(desired, host, division),
        steps,
        reports,
        division.sets(),
        TracePlanner.plan(desired, host));
  }

  private static Map<LparId, PartitionIntent> wanted(Desired desired) {
    var wanted = new LinkedHashMap<LparId, PartitionIntent>();
    if (desired instanceof Desired.Known(var partitions, _, _, _, _)) {
      partitions.forEach(intent -> wanted.put(intent.id(), intent));
    }
    return wanted;
  }

  /** Wanted partitions first, in their order; then those only found. */
  private static Map<LparId, Wish> wishes(Desired desired, ObservedHost host) {
    var wishes = new LinkedHashMap<LparId, Wish>();
    Wish others =
        switch (desired) {
          case Desired.Unknown() -> new Wish.Undecided();
          case Desired.Known _ -> new Wish.Remove();
        };
    wanted(desired).forEach((id, intent) -> wishes.put(id, new Wish.Keep(intent)));
    host.partitions().stream()
        .map(ObservedPartition::id)
        .sorted()
        .forEach(id -> wishes.putIfAbsent(id, others));
    return wishes;
  }

  /** Virtual functions last: what a driver refuses keeps nothing else from being done. */
  private static List<BladeStep> bladeSteps(
      Desired desired, ObservedHost host, CpuDivision division) {
    return Stream.of(
            hugePages(desired, host),
            qemuVersions(host),
            forgotten(host.devices()),
            division.steps(),
            new VirtualFunctionPlanner(host.devices()).steps(desired))
        .flatMap(List::stream)
        .toList();
  }

  /** What is written down of functions that are gone, or that their own drivers have again. */
  private static List<BladeStep> forgotten(ObservedDevices devices) {
    return devices.held().values().stream()
        .filter(
            entry ->
                devices.at(entry.address()).map(function -> entry.settledBy(function)).orElse(true))
        .sorted(Comparator.comparing(HeldDevice::address))
        .<BladeStep>map(ForgetDevice::new)
        .toList();
  }

  /**
   * Each pool is asked for once per value: the kernel gives what it can, and asking again costs.
   */
  private static List<BladeStep> hugePages(Desired desired, ObservedHost host) {
    var steps = new ArrayList<BladeStep>();
    if (desired instanceof Desired.Known(_, var wanted, _, _, _)) {
      host.hugePages()
          .forEach(
              (size, pool) -> {
                var memory = wanted.get(size);
                long pages = memory == null ? -1 : memory.bytes() / size.bytes();
                boolean asked = pool.asked() != null && pool.asked() == pages;
                if (pages >= 0 && !asked && pool.total() != pages) {
                  steps.add(new ReserveHugePages(size, pages));
                }
              });
    }
    return steps;
  }

  private static List<BladeStep> qemuVersions(ObservedHost host) {
    var steps = new ArrayList<BladeStep>();
    var qemu = host.qemu();
    if (!qemu.laidOut().contains(qemu.current())) {
      steps.add(new LayOutQemu(qemu.current()));
    }
    var used = new HashSet<>(List.of(qemu.current()));
    for (var partition : host.partitions()) {
      switch (partition.unit()) {
        case Unit.Live(_, var version) -> used.add(version);
        case Unit.Ending(var version) -> used.add(version);
        case Unit.Failed _, Unit.Absent() -> {}
      }
    }
    qemu.laidOut().stream()
        .filter(version -> !used.contains(version))
        .sorted()
        .forEach(version -> steps.add(new RemoveQemu(version)));
    return steps;
  }
}
