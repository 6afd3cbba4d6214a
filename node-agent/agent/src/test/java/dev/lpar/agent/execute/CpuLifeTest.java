package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.CpuIntents.DEDICATED;
import static dev.lpar.agent.execute.CpuIntents.SHARED;
import static dev.lpar.agent.execute.CpuIntents.UNCAPPED;
import static dev.lpar.agent.execute.CpuIntents.set;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.C;
import static dev.lpar.agent.plan.Intents.cpu;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.host.FakeCpus;
import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.CpuArrangement.Cap;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.Entitlement.Verdict;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Guests get their CPUs and their node's memory, keep them, and give them back; under the real
 * observer, planner and executor.
 */
class CpuLifeTest {
  private final Rig rig = new Rig();
  private final FakeCpus cpus = rig.blade.cpus;

  private static Cap cap(long quotaMicros) {
    var quota = Duration.ofNanos(quotaMicros * 1000);
    return new Cap(quota, Duration.ofMillis(100), quota);
  }

  private static Situation situation(HostPlan plan, LparId id) {
    return Rig.report(plan, id).situation();
  }

  @Test
  void sharedGuestsFloatOnTheSharedCpusByWeightAndCap() {
    rig.settleWith(SHARED, UNCAPPED);
    assertEquals(
        new CpuArrangement(5000, set("0"), set("1-3"), false, cap(150_000), List.of()),
        cpus.arrangement(A));
    assertEquals(
        new CpuArrangement(2500, set("0"), set("1-3"), false, null, List.of()),
        cpus.arrangement(B));
    assertEquals(set("0"), cpus.host);
    assertEquals(RunState.RUNNING, rig.blade.states.get(A));
  }

  @Test
  void aDedicatedGuestTakesItsCoresFromTheSharedOnesAndGivesThemBack() {
    rig.settleWith(SHARED);
    var plan = rig.settleWith(SHARED, DEDICATED);
    assertEquals(
        new CpuArrangement(100, set("0"), set("1-2"), true, null, List.of(1, 2)),
        cpus.arrangement(C));
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
    assertEquals(cap(50_000), cpus.arrangement(A).cap());
    assertEquals(new HostPlan.CpuSets(set("0"), set("1-2"), set("3"), 1), plan.cpus());

    plan = rig.settleWith(SHARED, power(DEDICATED, Power.STOPPED));
    assertEquals(set("1-3"), cpus.arrangement(A).vcpus(), "lent while it is off");
    assertEquals(cap(150_000), cpus.arrangement(A).cap());
    assertEquals(new HostPlan.CpuSets(set("0"), set(""), set("1-3"), 1), plan.cpus());
  }

  @Test
  void ratioAndCapChangeWhileTheGuestRuns() {
    rig.settleWith(SHARED, UNCAPPED);
    var starts = List.copyOf(rig.blade.starts);
    rig.settleWith(
        cpu(SHARED, new Processors.Shared(2, 10, false)),
        cpu(UNCAPPED, new Processors.Shared(2, 40, true)));
    assertEquals(1000, cpus.arrangement(A).weight());
    assertEquals(null, cpus.arrangement(A).cap());
    assertEquals(4000, cpus.arrangement(B).weight());
    assertEquals(cap(120_000), cpus.arrangement(B).cap());
    assertEquals(starts, rig.blade.starts, "nobody was started anew");
  }

  /** Started in another order than they were first put, and after the blade was off. */
  @Test
  void aPartitionHasTheSameCoresAgain() {
    rig.reserve = new CpuReserve(1, 0);
    var other = cpu(intent(B), new Processors.Dedicated(1, 1));
    rig.settleWith(DEDICATED, other);
    assertEquals(List.of(3), cpus.arrangement(B).pins());
    rig.blade.reboot("boot-2");
    rig.settleWith(other, DEDICATED);
    assertEquals(List.of(3), cpus.arrangement(B).pins());
    assertEquals(List.of(1, 2), cpus.arrangement(C).pins());
  }

  /** It was shared, and off, when its cores were given to the other. */
  @Test
  void theCoresOfALiveGuestAreNotThoseThatOneHadThatIsOff() {
    rig.reserve = new CpuReserve(1, 0);
    var off = power(cpu(DEDICATED, new Processors.Dedicated(1, 1)), Power.STOPPED);
    rig.settleWith(power(off, Power.RUNNING));
    rig.settleWith(off);
    rig.settleWith(cpu(off, new Processors.Shared(1, 10, false)));
    var live = cpu(intent(A), new Processors.Dedicated(2, 1));
    rig.settleWith(cpu(off, new Processors.Shared(1, 10, false)), live);
    assertEquals(List.of(1, 2), cpus.arrangement(A).pins());
    rig.settleWith(off, live);
    assertEquals(List.of(1, 2), cpus.arrangement(A).pins());
    rig.settleWith(power(off, Power.RUNNING), live);
    assertEquals(List.of(3), cpus.arrangement(C).pins());
  }

  @Test
  void withoutCoresToDedicateItIsRefusedWithTheNumbers() {
    var plan = rig.settleWith(SHARED, cpu(DEDICATED, new Processors.Dedicated(4, 1)));
    var report = Rig.report(plan, C);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation());
    assertEquals(
        "needs 4 whole cores of its own; free: 2 on NUMA node 0 (sharedMinimumCpus: 1)",
        report.message());
    assertEquals(Situation.RUNNING, situation(plan, A));
  }

  @Test
  void withoutASharedCpuASharedPartitionIsRefused() {
    rig.reserve = new CpuReserve(1, 0);
    var plan = rig.settleWith(cpu(DEDICATED, new Processors.Dedicated(3, 1)), SHARED);
    var report = Rig.report(plan, A);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation());
    assertEquals("no CPU is shared: all are dedicated or the host's", report.message());
  }

  @Test
  void aSmallBladeKeepsNoCpuForTheHost() {
    cpus.topology =
        new CpuTopology(
            List.of(new CpuTopology.Node(0, 0, List.of(CpuSet.of(0), CpuSet.of(1)))), CpuSet.EMPTY);
    rig.settleWith(SHARED, cpu(DEDICATED, new Processors.Dedicated(1, 1)));
    assertEquals(set(""), cpus.host);
    assertEquals(
        new CpuArrangement(100, set("0"), set("1"), true, null, List.of(1)), cpus.arrangement(C));
    assertEquals(set("0"), cpus.arrangement(A).vcpus());
  }

  @Test
  void whatTheAdministratorReservesIsTheHosts() {
    rig.reserve = new CpuReserve(2, 2);
    var plan = rig.settleWith(SHARED, cpu(DEDICATED, new Processors.Dedicated(1, 1)));
    assertEquals(set("0-1"), cpus.host);
    assertEquals(Situation.CPUS_UNAVAILABLE, situation(plan, C), "two stay shared");
  }

  /** A guest that ended by itself is off until its power state is set to Stopped and back. */
  @Test
  void whatAGuestThatPoweredItselfOffDoesNotUseIsLent() {
    rig.settleWith(SHARED, DEDICATED);
    rig.blade.vanish(C);
    rig.settle();
    assertEquals(Situation.GUEST_POWERED_OFF, situation(rig.settle(), C));
    assertEquals(set("1-3"), cpus.arrangement(A).vcpus());
    rig.settleWith(SHARED, power(DEDICATED, Power.STOPPED));
    rig.settleWith(SHARED, DEDICATED);
    assertEquals(set("1-2"), cpus.arrangement(C).vcpus());
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
  }

  @Test
  void aCrashedGuestKeepsItsCoresWhileItIsToBeStartedAgain() {
    rig.settleWith(SHARED, DEDICATED);
    rig.blade.fail(C, "killed");
    var plan = rig.settle();
    assertEquals(Situation.BACK_OFF, situation(plan, C));
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
  }

  /** What the administrator reserves isn't known to it either. */
  @Test
  void anAgentThatHasNotReadItsBladeMovesNobody() {
    cpus.topology =
        new CpuTopology(
            List.of(
                new CpuTopology.Node(0, 0, List.of(CpuSet.of(0))),
                new CpuTopology.Node(1, 1, List.of(CpuSet.of(1), CpuSet.of(2), CpuSet.of(3)))),
            CpuSet.EMPTY);
    rig.reserve = new CpuReserve(0, 1);
    var one = cpu(intent(C), new Processors.Dedicated(1, 1));
    rig.settleWith(SHARED, one);
    assertEquals(List.of(0), cpus.arrangement(C).pins());
    rig.restartAgent();
    rig.desired = new Desired.Unknown();
    var plan = rig.plan();
    assertEquals(List.of(), Rig.steps(plan));
    assertEquals(Verdict.NOT_MEASURED, Rig.report(plan, C).cpu().entitlement().verdict());
  }

  @Test
  void memoryIsBoundToTheNodeOfTheCoresWhereItFits() {
    cpus.topology =
        new CpuTopology(
            List.of(
                new CpuTopology.Node(0, 0, List.of(CpuSet.of(0), CpuSet.of(1))),
                new CpuTopology.Node(1, 1, List.of(CpuSet.of(2), CpuSet.of(3)))),
            CpuSet.EMPTY);
    cpus.freeMemory.put(1, Map.of(Pages.SIZE_4KI, MemorySize.parse("64Mi")));
    var plan = rig.settleWith(cpu(intent(A), new Processors.Dedicated(1, 1)), DEDICATED);
    assertEquals(0, Rig.report(plan, A).cpu().numaNode(), "CPU 1's");
    assertEquals(null, Rig.report(plan, C).cpu(), "no two cores are left beside a shared CPU");
    plan =
        rig.settleWith(
            cpu(intent(B), new Processors.Dedicated(1, 1)),
            cpu(intent(A), new Processors.Dedicated(1, 1)));
    assertEquals(List.of(2), cpus.arrangement(B).pins());
    assertEquals(null, Rig.report(plan, B).cpu().numaNode(), "node 1 hasn't the memory");
  }

  /** Each alone would fit on the node; together they don't. */
  @Test
  void twoThatStartAtOnceDoNotCountOnTheSameMemoryOfANode() {
    cpus.topology =
        new CpuTopology(
            List.of(
                new CpuTopology.Node(
                    0, 0, List.of(CpuSet.of(0), CpuSet.of(1), CpuSet.of(2), CpuSet.of(3))),
                new CpuTopology.Node(1, 1, List.of(CpuSet.of(4)))),
            CpuSet.EMPTY);
    cpus.freeMemory.put(0, Map.of(Pages.SIZE_4KI, MemorySize.parse("400Mi")));
    cpus.freeMemory.put(1, Map.of(Pages.SIZE_4KI, MemorySize.parse("64Mi")));
    var plan =
        rig.settleWith(
            cpu(intent(A), new Processors.Dedicated(2, 1)),
            cpu(intent(B), new Processors.Dedicated(1, 1)));
    assertEquals(0, Rig.report(plan, A).cpu().numaNode());
    assertEquals(null, Rig.report(plan, B).cpu().numaNode());
    assertEquals(List.of(3), cpus.arrangement(B).pins());
  }
}
