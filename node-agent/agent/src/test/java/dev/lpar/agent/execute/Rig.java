package dev.lpar.agent.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.host.FakeBlade;
import dev.lpar.agent.host.FakeClock;
import dev.lpar.agent.observe.HostObserver;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.HostPlanner;
import dev.lpar.agent.plan.HostStep;
import dev.lpar.agent.plan.Intents;
import dev.lpar.agent.plan.ObservedDevices.Refusal;
import dev.lpar.agent.plan.ObservedHost;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.plan.PciFunction;
import dev.lpar.agent.plan.Refusals;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PciAddress;
import dev.lpar.model.VirtualFunctionCount;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The agent's real observer, planner and executor on a fake blade, one round at a time. */
public final class Rig {
  public final FakeBlade blade = new FakeBlade();
  public final FakeClock clock = new FakeClock();
  public Desired desired = new Desired.Unknown();
  public List<VirtualFunctionCount> counts = List.of();
  public CpuReserve reserve = CpuReserve.DEFAULT;
  public List<TraceOrder> traces = List.of();

  private final StepExecutor executor =
      new StepExecutor(blade, blade, blade, blade, blade.devices, blade.cpus, blade.tracer);
  private final Map<LparId, String> startRefusals = new HashMap<>();
  private final Map<PciAddress, Refusal> deviceRefusals = new HashMap<>();
  private final Map<LparId, String> cpuRefusals = new HashMap<>();
  private String hostCpusRefusal;
  private HostObserver observer;

  public Rig() {
    blade.bootFiles.put(Intents.KERNEL, "/boot/vmlinuz-6.12");
    restartAgent();
  }

  /** A new agent: whatever the old one had in memory is gone. */
  public void restartAgent() {
    startRefusals.clear();
    deviceRefusals.clear();
    cpuRefusals.clear();
    hostCpusRefusal = null;
    observer =
        new HostObserver(
            new HostObserver.Ports(
                blade,
                blade,
                blade,
                blade,
                blade,
                blade.devices,
                blade.cpus,
                blade.exits,
                blade.tracer,
                blade.devices::functions,
                () -> new HostObserver.Facts(blade.bootId, null, blade.available)),
            clock);
  }

  public void want(PartitionIntent... intents) {
    desired = new Desired.Known(List.of(intents), Map.of(), counts, reserve, traces);
  }

  public HostPlan plan() {
    return HostPlanner.plan(desired, look(), clock.instant());
  }

  private ObservedHost look() {
    return observer.observe(
        desired, new Refusals(startRefusals, deviceRefusals, cpuRefusals, hostCpusRefusal));
  }

  /** A function as the plan sees it. */
  public PciFunction seen(String address) {
    return look().devices().functions().stream()
        .filter(function -> function.address().text().equals(address))
        .findFirst()
        .orElseThrow();
  }

  /** Looks and plans, and carries out the first {@code most} steps, lane by lane. */
  public HostPlan round(int most) {
    var plan = plan();
    int left = most;
    for (var lane : lanes(plan)) {
      for (var step : lane) {
        if (left-- <= 0) {
          return plan;
        }
        if (!done(step)) {
          break;
        }
      }
    }
    return plan;
  }

  /** Looks and plans, and carries out the first {@code most} steps, as the lanes happen to run. */
  public HostPlan round(int most, Random order) {
    var plan = plan();
    var lanes = new ArrayList<ArrayDeque<HostStep>>();
    lanes(plan).forEach(lane -> lanes.add(new ArrayDeque<>(lane)));
    for (int left = most; left > 0 && !lanes.isEmpty(); left--) {
      var lane = lanes.get(order.nextInt(lanes.size()));
      if (!done(lane.remove()) || lane.isEmpty()) {
        lanes.remove(lane);
      }
    }
    return plan;
  }

  private static List<List<HostStep>> lanes(HostPlan plan) {
    var lanes = new ArrayList<List<HostStep>>();
    lanes.add(List.copyOf(plan.bladeSteps()));
    plan.partitionSteps().values().forEach(steps -> lanes.add(List.copyOf(steps)));
    lanes.add(List.copyOf(plan.traces().steps()));
    lanes.removeIf(List::isEmpty);
    return lanes;
  }

  /** Carries a step out. Returns false where it was refused: its lane ends there. */
  private boolean done(HostStep step) {
    if (step instanceof HostStep.StartGuest start) {
      startRefusals.remove(start.partition());
    }
    if (executor.execute(step) instanceof Outcome.Refused(var message)) {
      if (step instanceof HostStep.StartGuest start) {
        startRefusals.put(start.partition(), message);
      }
      if (step instanceof HostStep.DeviceStep with) {
        deviceRefusals.put(with.device(), Lanes.refusal(with, message));
      }
      if (step instanceof HostStep.ArrangeCpus with) {
        cpuRefusals.put(with.partition(), message);
      }
      if (step instanceof HostStep.ConfineHost) {
        hostCpusRefusal = message;
      }
      return false;
    }
    if (step instanceof HostStep.DeviceStep with) {
      deviceRefusals.remove(with.device());
    }
    if (step instanceof HostStep.ArrangeCpus with) {
      cpuRefusals.remove(with.partition());
    }
    if (step instanceof HostStep.ConfineHost) {
      hostCpusRefusal = null;
    }
    return true;
  }

  /** Rounds until nothing is left to do. Returns what is told then. */
  public HostPlan settle() {
    for (int i = 0; i < 20; i++) {
      var plan = round(Integer.MAX_VALUE);
      if (steps(plan).isEmpty()) {
        return plan;
      }
    }
    throw new AssertionError("doesn't come to rest: " + steps(plan()));
  }

  public HostPlan settleWith(PartitionIntent... intents) {
    want(intents);
    return settle();
  }

  /** Wants these, which all have to run in the end. */
  public HostPlan running(PartitionIntent... intents) {
    var plan = settleWith(intents);
    for (var intent : intents) {
      assertSituation(Situation.RUNNING, plan, intent.id());
    }
    return plan;
  }

  public static void assertSituation(Situation expected, HostPlan plan, LparId id) {
    assertEquals(expected, report(plan, id).situation(), report(plan, id).toString());
  }

  public HostPlan settleAfter(Duration time) {
    clock.pass(time);
    return settle();
  }

  public static List<HostStep> steps(HostPlan plan) {
    var steps = new ArrayList<HostStep>(plan.bladeSteps());
    plan.partitionSteps().values().forEach(steps::addAll);
    steps.addAll(plan.traces().steps());
    return steps;
  }

  public static PartitionReport report(HostPlan plan, LparId id) {
    return plan.reports().stream().filter(r -> r.id().equals(id)).findFirst().orElseThrow();
  }
}
