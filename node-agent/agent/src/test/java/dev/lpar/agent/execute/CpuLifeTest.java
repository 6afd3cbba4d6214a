package dev.lpar.agent.execute;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.C;
import static dev.lpar.agent.plan.Intents.cpu;
import static dev.lpar.agent.plan.Intents.devices;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeBlade;
import dev.lpar.agent.host.FakeCpus;
import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.CpuArrangement.Cap;
import dev.lpar.agent.plan.CpuPlace;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.Entitlement.Verdict;
import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.agent.plan.GuestCpus.Stray;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedCpus.Interrupt;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.PartitionRecord;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.plan.Stage;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import dev.lpar.model.PciAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Guests get their CPUs, keep them, and give them back; under the real observer, planner and
 * executor. The fake fails when anything is left on CPUs that are taken for one guest alone.
 */
class CpuLifeTest {
  private final Rig rig = new Rig();
  private final FakeCpus cpus = rig.blade.cpus;
  private final PartitionIntent shared = cpu(intent(A), new Processors.Shared(2, 50, true));
  private final PartitionIntent uncapped = cpu(intent(B), new Processors.Shared(2, 25, false));
  private final PartitionIntent dedicated = cpu(intent(C), new Processors.Dedicated(2, 1));

  private HostPlan running(PartitionIntent... intents) {
    rig.want(intents);
    return rig.settle();
  }

  private static Cap cap(long quotaMicros) {
    var quota = Duration.ofNanos(quotaMicros * 1000);
    return new Cap(quota, Duration.ofMillis(100), quota);
  }

  private static CpuSet set(String text) {
    return CpuSet.parse(text);
  }

  private static Situation situation(HostPlan plan, LparId id) {
    return Rig.report(plan, id).situation();
  }

  @Test
  void sharedGuestsFloatOnTheSharedCpusByWeightAndCap() {
    running(shared, uncapped);
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
    running(shared);
    var plan = running(shared, dedicated);
    assertEquals(
        new CpuArrangement(100, set("0"), set("1-2"), true, null, List.of(1, 2)),
        cpus.arrangement(C));
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
    assertEquals(cap(50_000), cpus.arrangement(A).cap());
    assertEquals(new HostPlan.CpuSets(set("0"), set("1-2"), set("3"), 1), plan.cpus());

    plan = running(shared, power(dedicated, Power.STOPPED));
    assertEquals(set("1-3"), cpus.arrangement(A).vcpus(), "lent while it is off");
    assertEquals(cap(150_000), cpus.arrangement(A).cap());
    assertEquals(new HostPlan.CpuSets(set("0"), set(""), set("1-3"), 1), plan.cpus());
  }

  @Test
  void ratioAndCapChangeWhileTheGuestRuns() {
    running(shared, uncapped);
    var starts = List.copyOf(rig.blade.starts);
    running(
        cpu(shared, new Processors.Shared(2, 10, false)),
        cpu(uncapped, new Processors.Shared(2, 40, true)));
    assertEquals(1000, cpus.arrangement(A).weight());
    assertEquals(null, cpus.arrangement(A).cap());
    assertEquals(4000, cpus.arrangement(B).weight());
    assertEquals(cap(120_000), cpus.arrangement(B).cap());
    assertEquals(starts, rig.blade.starts, "nobody was started anew");
  }

  /** At every step of it, by another agent each time. */
  @Test
  void anAgentThatDiesWhileADedicatedGuestComesOrGoesLeavesNobodyOnItsCpus() {
    for (int died = 0; died < 30; died++) {
      var fresh = new CpuLifeTest();
      fresh.running(fresh.shared, fresh.uncapped);
      fresh.rig.want(fresh.shared, fresh.uncapped, fresh.dedicated);
      fresh.rig.round(died % 10);
      fresh.rig.round(died / 10);
      fresh.rig.restartAgent();
      fresh.rig.settle();
      assertEquals(List.of(1, 2), fresh.cpus.arrangement(C).pins(), "killed after step " + died);
      assertEquals(set("3"), fresh.cpus.arrangement(A).vcpus());
      fresh.rig.want(fresh.shared, fresh.uncapped);
      fresh.rig.round(died % 10);
      fresh.rig.restartAgent();
      fresh.rig.settleAfter(Duration.ofMinutes(3));
      assertEquals(set("1-3"), fresh.cpus.arrangement(A).vcpus());
      assertEquals(set("1-3"), fresh.cpus.arrangement(B).vcpus());
    }
  }

  /** Started in another order than they were first put, and after the blade was off. */
  @Test
  void aPartitionHasTheSameCoresAgain() {
    rig.reserve = new CpuReserve(1, 0);
    var other = cpu(intent(B), new Processors.Dedicated(1, 1));
    running(dedicated, other);
    assertEquals(List.of(3), cpus.arrangement(B).pins());
    rig.blade.reboot("boot-2");
    running(other, dedicated);
    assertEquals(List.of(3), cpus.arrangement(B).pins());
    assertEquals(List.of(1, 2), cpus.arrangement(C).pins());
  }

  /** It was shared, and off, when its cores were given to the other. */
  @Test
  void theCoresOfALiveGuestAreNotThoseThatOneHadThatIsOff() {
    rig.reserve = new CpuReserve(1, 0);
    var off = power(cpu(dedicated, new Processors.Dedicated(1, 1)), Power.STOPPED);
    running(power(off, Power.RUNNING));
    running(off);
    running(cpu(off, new Processors.Shared(1, 10, false)));
    var live = cpu(intent(A), new Processors.Dedicated(2, 1));
    running(cpu(off, new Processors.Shared(1, 10, false)), live);
    assertEquals(List.of(1, 2), cpus.arrangement(A).pins());
    running(off, live);
    assertEquals(List.of(1, 2), cpus.arrangement(A).pins());
    running(power(off, Power.RUNNING), live);
    assertEquals(List.of(3), cpus.arrangement(C).pins());
  }

  @Test
  void withoutCoresToDedicateItIsRefusedWithTheNumbers() {
    var plan = running(shared, cpu(dedicated, new Processors.Dedicated(4, 1)));
    var report = Rig.report(plan, C);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation());
    assertEquals(
        "needs 4 whole cores of its own; free: 2 on NUMA node 0 (sharedMinimumCpus: 1)",
        report.message());
    assertEquals(Situation.RUNNING, situation(plan, A));
  }

  @Test
  void aSmallBladeKeepsNoCpuForTheHost() {
    cpus.topology =
        new CpuTopology(
            List.of(new CpuTopology.Node(0, 0, List.of(CpuSet.of(0), CpuSet.of(1)))), CpuSet.EMPTY);
    running(shared, cpu(dedicated, new Processors.Dedicated(1, 1)));
    assertEquals(set(""), cpus.host);
    assertEquals(
        new CpuArrangement(100, set("0"), set("1"), true, null, List.of(1)), cpus.arrangement(C));
    assertEquals(set("0"), cpus.arrangement(A).vcpus());
  }

  @Test
  void whatTheAdministratorReservesIsTheHosts() {
    rig.reserve = new CpuReserve(2, 2);
    var plan = running(shared, cpu(dedicated, new Processors.Dedicated(1, 1)));
    assertEquals(set("0-1"), cpus.host);
    assertEquals(Situation.CPUS_UNAVAILABLE, situation(plan, C), "two stay shared");
  }

  @Test
  void interruptsAreKeptOffDedicatedCoresAndOwnDevicesComeThere() {
    cpus.interrupts.put(24, new Interrupt(24, "nvme0q1", set("0-3"), null));
    cpus.interrupts.put(25, new Interrupt(25, "nvme0q2", set("2"), null));
    cpus.interrupts.put(26, new Interrupt(26, "ahci", set("3"), null));
    running(shared, dedicated);
    assertEquals(set("0,3"), cpus.interrupts.get(24).cpus());
    assertEquals(set("0,3"), cpus.interrupts.get(25).cpus());
    assertEquals(set("3"), cpus.interrupts.get(26).cpus());
  }

  @Test
  void aDevicesInterruptsComeToItsGuestAndDisturbNoOther() {
    rig.blade.devices.add("0000:01:00.0", "S1", 1, "nvme");
    running(shared, devices(dedicated, "hba=S1"));
    var own = new PciAddress("0000:01:00.0");
    cpus.interrupts.put(30, new Interrupt(30, "vfio-msix[0]", set("0-3"), own));
    var plan = rig.settleAfter(Duration.ofMinutes(1));
    assertEquals(set("1-2"), cpus.interrupts.get(30).cpus());
    assertEquals(Verdict.NOT_MEASURED, Rig.report(plan, C).cpu().entitlement().verdict());
  }

  @Test
  void anInterruptThatStrayedIsToldOfAndSteeredAway() {
    running(shared, dedicated);
    rig.settleAfter(Duration.ofMinutes(1));
    cpus.interrupts.put(24, new Interrupt(24, "nvme0q1", set("1-3"), null));
    var plan = rig.settle();
    assertEquals(set("3"), cpus.interrupts.get(24).cpus());
    var entitlement = Rig.report(plan, C).cpu().entitlement();
    assertEquals(Verdict.CPUS_DISTURBED, entitlement.verdict(), "told for a while");
    assertEquals("interrupt 24 (nvme0q1) may come to 1-2", entitlement.message());
    plan = rig.settleAfter(Duration.ofMinutes(1));
    assertEquals(Verdict.NOT_MEASURED, Rig.report(plan, C).cpu().entitlement().verdict());
  }

  @Test
  void cpusThatTheKernelDoesNotIsolateAreToldOf() {
    running(shared, dedicated);
    rig.settleAfter(Duration.ofMinutes(1));
    cpus.notIsolated.put(C, "Cpu list in cpuset.cpus not exclusive");
    var entitlement = Rig.report(rig.settle(), C).cpu().entitlement();
    assertEquals(Verdict.CPUS_DISTURBED, entitlement.verdict());
    assertEquals(
        "the kernel doesn't keep everything else off its CPUs:"
            + " Cpu list in cpuset.cpus not exclusive",
        entitlement.message());
    cpus.notIsolated.clear();
    assertEquals(Verdict.CPUS_DISTURBED, Rig.report(rig.settle(), C).cpu().entitlement().verdict());
  }

  /** What it was measured with is what it was due by, whatever it is to have next. */
  @Test
  void aChangeIsNotJudgedByWhatWasMeasuredBeforeIt() {
    var spinner = cpu(intent(A), new Processors.Shared(1, 20, false));
    running(spinner, dedicated);
    sample(A, 100, 0, 0);
    rig.plan();
    sample(A, 110, 2000, 8000);
    assertEquals(Verdict.MET, Rig.report(rig.plan(), A).cpu().entitlement().verdict());
    rig.want(cpu(intent(A), new Processors.Shared(1, 40, false)), dedicated);
    assertEquals(
        Verdict.MET,
        Rig.report(rig.plan(), A).cpu().entitlement().verdict(),
        "twice the ratio is asked for and not yet set");
    rig.want(spinner, power(dedicated, Power.STOPPED));
    rig.round(100);
    assertEquals(set("1-3"), rig.plan().cpus().shared());
    assertEquals(
        Verdict.MET,
        Rig.report(rig.plan(), A).cpu().entitlement().verdict(),
        "three times the CPUs are shared and it isn't yet let onto them");
  }

  @Test
  void aThreadThatStrayedIsToldOfAndPutBack() {
    running(shared, dedicated);
    cpus.strays.put(
        C, List.of(new Stray(false, "thread 4712 (kvm-nx-lpage-re) isn't in the group emulator")));
    assertEquals(
        Verdict.NOT_MEASURED,
        Rig.report(rig.settle(), C).cpu().entitlement().verdict(),
        "what a starting guest makes disturbs nothing");
    rig.settleAfter(Duration.ofSeconds(10));
    cpus.strays.put(C, List.of(new Stray(true, "thread 4711 (CPU 1/KVM) may run on 0-3")));
    var plan = rig.round(100);
    assertEquals(
        "thread 4711 (CPU 1/KVM) may run on 0-3",
        Rig.report(plan, C).cpu().entitlement().message());
    plan = rig.settle();
    assertTrue(cpus.strays.isEmpty());
    assertEquals(
        Verdict.CPUS_DISTURBED,
        Rig.report(plan, C).cpu().entitlement().verdict(),
        "told for a while, for people to see");
    plan = rig.settleAfter(Duration.ofMinutes(1));
    assertEquals(Verdict.NOT_MEASURED, Rig.report(plan, C).cpu().entitlement().verdict());
  }

  @Test
  void aGuestWhoseCpusCantBeSetUpStandsStillAndCanBeStopped() {
    cpus.refusal = "no cpuset controller";
    rig.want(shared);
    for (int round = 0; round < 5; round++) {
      rig.round(100);
    }
    var report = Rig.report(rig.plan(), A);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation());
    assertEquals("no cpuset controller", report.message());
    assertEquals(RunState.STARTING, rig.blade.states.get(A));
    rig.want(power(shared, Power.STOPPED));
    for (int round = 0; round < 5; round++) {
      rig.round(100);
    }
    assertEquals(Map.of(), rig.blade.units);
  }

  @Test
  void aGuestLeavesTheCoresOfAnotherThoughADeviceOfItsOwnCanNotBeHad() {
    rig.blade.devices.add("0000:01:00.0", "S1", 1, "nvme");
    running(shared);
    rig.blade.devices.stuck.add(new PciAddress("0000:01:00.0"));
    rig.want(devices(shared, "hba=S1"), dedicated);
    for (int round = 0; round < 10; round++) {
      rig.round(100);
    }
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void aGuestIsGivenItsDeviceThoughItsCpusCanNotBeSetUpAnew() {
    rig.blade.devices.add("0000:01:00.0", "S1", 1, "nvme");
    running(shared);
    cpus.refusal = "no cpuset controller";
    rig.want(devices(cpu(shared, new Processors.Shared(2, 10, true)), "hba=S1"));
    for (int round = 0; round < 10; round++) {
      rig.round(100);
    }
    assertEquals(Map.of("hba", "0000:01:00.0"), rig.blade.devices.guest(A));
    assertEquals(Verdict.NOT_ENFORCED, Rig.report(rig.plan(), A).cpu().entitlement().verdict());
  }

  /** A guest that ended by itself is off until its power state is set to Stopped and back. */
  @Test
  void whatAGuestThatPoweredItselfOffDoesNotUseIsLent() {
    running(shared, dedicated);
    rig.blade.vanish(C);
    rig.settle();
    assertEquals(Situation.GUEST_POWERED_OFF, situation(rig.settle(), C));
    assertEquals(set("1-3"), cpus.arrangement(A).vcpus());
    running(shared, power(dedicated, Power.STOPPED));
    running(shared, dedicated);
    assertEquals(set("1-2"), cpus.arrangement(C).vcpus());
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
  }

  @Test
  void aCrashedGuestKeepsItsCoresWhileItIsToBeStartedAgain() {
    running(shared, dedicated);
    rig.blade.fail(C, "killed");
    var plan = rig.settle();
    assertEquals(Situation.BACK_OFF, situation(plan, C));
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
  }

  @Test
  void withoutASharedCpuASharedPartitionIsRefused() {
    rig.reserve = new CpuReserve(1, 0);
    var plan = running(cpu(dedicated, new Processors.Dedicated(3, 1)), shared);
    var report = Rig.report(plan, A);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation());
    assertEquals("no CPU is shared: all are dedicated or the host's", report.message());
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
    running(shared, one);
    assertEquals(List.of(0), cpus.arrangement(C).pins());
    rig.restartAgent();
    rig.desired = new Desired.Unknown();
    var plan = rig.plan();
    assertEquals(List.of(), Rig.steps(plan));
    assertEquals(Verdict.NOT_MEASURED, Rig.report(plan, C).cpu().entitlement().verdict());
  }

  /** The blade's lane and the partitions' run side by side, and end anywhere. */
  @Test
  void howeverTheLanesRunNobodyIsLeftOnTheCpusOfADedicatedGuest() {
    for (int seed = 0; seed < 200; seed++) {
      var order = new Random(seed);
      var fresh = new CpuLifeTest();
      fresh.running(fresh.shared, fresh.uncapped);
      for (var wanted :
          List.of(
              List.of(fresh.shared, fresh.dedicated, fresh.uncapped),
              List.of(fresh.shared, power(fresh.dedicated, Power.STOPPED), fresh.uncapped),
              List.of(fresh.dedicated, fresh.uncapped))) {
        fresh.rig.want(wanted.toArray(PartitionIntent[]::new));
        for (int round = 0; round < 6; round++) {
          fresh.rig.round(order.nextInt(8), order);
          if (order.nextInt(4) == 0) {
            fresh.rig.restartAgent();
          }
        }
      }
      fresh.rig.settleAfter(Duration.ofMinutes(3));
      assertEquals(List.of(1, 2), fresh.cpus.arrangement(C).pins(), "seed " + seed);
      assertEquals(set("3"), fresh.cpus.arrangement(B).vcpus(), "seed " + seed);
      assertEquals(null, fresh.cpus.arrangement(A), "seed " + seed);
    }
  }

  private static CpuTopology.Node node(int id, Integer... cpus) {
    return new CpuTopology.Node(id, id, Stream.of(cpus).map(CpuSet::of).toList());
  }

  @Test
  void whoHasTheCoresOfOneThatIsToStartIsNamed() {
    running(shared);
    rig.want(shared, dedicated);
    var report = Rig.report(rig.round(0), C);
    assertEquals(Situation.STARTING, report.situation());
    assertEquals(
        "waits for the CPUs 1-2, which the partition shop/lpar-a is leaving", report.message());
  }

  @Test
  void aGuestThatEndsHasItsCoresUntilItIsGone() {
    rig.reserve = new CpuReserve(1, 0);
    running(cpu(intent(A), new Processors.Dedicated(2, 1)));
    rig.want();
    rig.round(1);
    rig.blade.units.put(A, new Unit.Ending(FakeBlade.CURRENT));
    rig.blade.states.remove(A);
    rig.want(dedicated);
    var report = Rig.report(rig.settle(), C);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation(), "they are its own");
    rig.want(cpu(intent(B), new Processors.Shared(1, 10, false)));
    rig.settle();
    assertEquals(set("3"), cpus.arrangement(B).vcpus());
    rig.blade.vanish(A);
    rig.want(dedicated);
    rig.settleAfter(Duration.ofMinutes(3));
    assertEquals(List.of(1, 2), cpus.arrangement(C).pins());
  }

  @Test
  void aSharedGuestThatEndsIsOnItsCpusUntilItIsGone() {
    running(shared);
    rig.blade.units.put(A, new Unit.Ending(FakeBlade.CURRENT));
    rig.blade.states.remove(A);
    rig.want(shared, dedicated);
    rig.round(100);
    var report = Rig.report(rig.plan(), C);
    assertEquals(Situation.STARTING, report.situation());
    assertEquals(
        "waits for the CPUs 1-2, which the partition shop/lpar-a has until its QEMU has ended",
        report.message());
    rig.blade.vanish(A);
    rig.settle();
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void oneThatStandsStillForWantOfCpusHoldsUpNoOther() {
    cpus.refusals.put(A, "no cpuset controller");
    rig.want(shared);
    rig.round(100);
    rig.round(100);
    rig.want(shared, dedicated);
    for (int round = 0; round < 5; round++) {
      rig.round(100);
    }
    assertEquals(RunState.STARTING, rig.blade.states.get(A));
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void oneWhoseQemuHasNeverAnsweredHoldsUpNoOther() {
    rig.blade.hung.add(A);
    running(shared);
    running(shared, dedicated);
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void whereTheHostsWorkIsNotConfinedTheReasonIsTold() {
    cpus.hostRefusal = "can't keep system.slice to the CPUs 0: access denied";
    rig.want(shared, dedicated);
    for (int round = 0; round < 5; round++) {
      rig.round(100);
    }
    var plan = rig.plan();
    assertEquals(RunState.RUNNING, rig.blade.states.get(A), "isn't concerned");
    var report = Rig.report(plan, C);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation());
    assertEquals(
        "needs the CPUs 1-2, which the host's own work doesn't leave:"
            + " can't keep system.slice to the CPUs 0: access denied",
        report.message());
    cpus.hostRefusal = "";
    rig.settle();
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void whereAnotherCanNotLeaveTheReasonIsTold() {
    running(shared);
    cpus.refusals.put(A, "no cpuset controller");
    rig.want(shared, dedicated);
    rig.round(100);
    var report = Rig.report(rig.plan(), C);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation());
    assertEquals(
        "needs the CPUs 1-2, which the partition shop/lpar-a doesn't leave: no cpuset controller",
        report.message());
  }

  @Test
  void aGuestWhoseQemuHangsLeavesTheCoresOfAnother() {
    running(shared);
    rig.blade.hung.add(A);
    running(shared, dedicated);
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void aLiveGuestMovesOnceTheOthersHaveLeftItsNewCoresAndTheyFollowIt() {
    cpus.topology = new CpuTopology(List.of(node(0, 0, 1, 2, 3, 4, 5)), CpuSet.EMPTY);
    running(shared, dedicated);
    rig.reserve = new CpuReserve(2, null);
    rig.want(shared, dedicated);
    rig.round(100);
    assertEquals(set("4-5"), cpus.arrangement(A).vcpus(), "has left");
    assertEquals(set("1-2"), cpus.arrangement(C).vcpus(), "waits");
    assertEquals(set("0"), cpus.host, "waits");
    rig.round(100);
    assertEquals(List.of(2, 3), cpus.arrangement(C).pins());
    rig.settle();
    assertEquals(set("0-1"), cpus.host);
    assertEquals(set("0-1"), cpus.arrangement(C).emulator());
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  /** Both lose a core to the host, and each is given one that the other has. */
  @Test
  void twoThatWaitForEachOthersCoresMakeDoWithWhatIsFree() {
    cpus.topology = new CpuTopology(List.of(node(0, 0, 1, 2, 3, 4, 5, 6, 7)), CpuSet.EMPTY);
    var one = cpu(intent(A), new Processors.Dedicated(2, 1));
    var other = cpu(intent(B), new Processors.Dedicated(2, 1));
    put(one, 1, 5);
    put(other, 2, 4);
    running(one, other);
    assertEquals(List.of(2, 4), cpus.arrangement(B).pins());
    rig.reserve = new CpuReserve(3, null);
    running(one, other);
    assertEquals(List.of(3, 4), cpus.arrangement(A).pins());
    assertEquals(List.of(5, 6), cpus.arrangement(B).pins());
    assertEquals(set("0-2"), cpus.host);
  }

  /** Where it was put before. */
  private void put(PartitionIntent intent, Integer... pins) {
    rig.want(power(intent, Power.STOPPED));
    rig.blade.save(
        new PartitionRecord(
            intent.id(),
            intent,
            new Stage.Off(),
            "boot-1",
            rig.clock.instant(),
            List.of(),
            Map.of(),
            new CpuPlace(List.of(pins), null),
            0,
            0));
  }

  /** CPUs go and come, the administrator reserves more or fewer; the fake looks at every step. */
  @Test
  void howeverCoresChangeHandsNoTwoAreEverOnTheSame() {
    for (int seed = 0; seed < 500; seed++) {
      var fresh = new CpuLifeTest();
      fresh.changes(new Random(seed), "seed " + seed);
    }
  }

  private void changes(Random chance, String which) {
    var first = List.of(node(0, 0, 1, 2, 3), node(1, 4, 5, 6, 7));
    var one = cpu(intent(C), new Processors.Dedicated(1 + chance.nextInt(2), 1));
    var other = cpu(intent(B), new Processors.Dedicated(1 + chance.nextInt(2), 1));
    cpus.topology = new CpuTopology(first, CpuSet.EMPTY);
    rig.reserve = new CpuReserve(chance.nextInt(3), chance.nextInt(3));
    var wanted = List.of(shared, one, other).toArray(PartitionIntent[]::new);
    running(wanted);
    for (int change = 0; change < 4; change++) {
      int offline = chance.nextInt(1 << 8) & chance.nextInt(1 << 8);
      cpus.topology =
          new CpuTopology(
              first.stream()
                  .map(
                      node ->
                          node(
                              node.id(),
                              node.cpus().stream()
                                  .filter(cpu -> cpu == 0 || (offline >> cpu & 1) == 0)
                                  .boxed()
                                  .toArray(Integer[]::new)))
                  .filter(node -> !node.cores().isEmpty())
                  .toList(),
              CpuSet.EMPTY);
      rig.reserve = new CpuReserve(chance.nextInt(3), chance.nextInt(3));
      rig.want(wanted);
      for (int round = 0; round < 6; round++) {
        rig.round(chance.nextInt(5), chance);
        if (chance.nextInt(4) == 0) {
          rig.restartAgent();
        }
      }
      var plan = rig.settle();
      var both = List.of(B, C);
      boolean all =
          both.stream()
              .allMatch(
                  id -> cpus.arrangement(id).vcpus().minus(plan.cpus().dedicated()).isEmpty());
      assertTrue(all || both.stream().anyMatch(id -> lacks(plan, id)), which);
    }
  }

  private static boolean lacks(HostPlan plan, LparId id) {
    return Rig.report(plan, id).cpu().entitlement().verdict() == Verdict.NOT_ENFORCED;
  }

  private void sample(LparId id, long second, long ran, long waited) {
    cpus.samples.put(
        id,
        new Sample(
            Duration.ofSeconds(second),
            List.of(new VcpuTime(Duration.ofMillis(ran), Duration.ofMillis(waited))),
            Duration.ZERO));
  }

  @Test
  void useIsMeasuredOverWholeIntervalsWithoutAChangeInThem() {
    var one = cpu(intent(A), new Processors.Shared(1, 20, false));
    running(one);
    sample(A, 100, 0, 0);
    rig.plan();
    sample(A, 105, 5000, 0);
    assertEquals(null, Rig.report(rig.plan(), A).cpu().entitlement().figures(), "too short");
    sample(A, 110, 6000, 4000);
    assertEquals(0.6, Rig.report(rig.plan(), A).cpu().entitlement().figures().used());
    sample(A, 115, 6000, 9000);
    running(cpu(one, new Processors.Shared(1, 30, false)));
    assertEquals(
        Verdict.NOT_MEASURED,
        Rig.report(rig.plan(), A).cpu().entitlement().verdict(),
        "an interval with a change in it says nothing");
    sample(A, 120, 6500, 13500);
    rig.plan();
    sample(A, 130, 8000, 22000);
    var entitlement = Rig.report(rig.plan(), A).cpu().entitlement();
    assertEquals(Verdict.BELOW_ENTITLEMENT, entitlement.verdict());
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
    var plan = running(cpu(intent(A), new Processors.Dedicated(1, 1)), dedicated);
    assertEquals(0, Rig.report(plan, A).cpu().numaNode(), "CPU 1's");
    assertEquals(null, Rig.report(plan, C).cpu(), "no two cores are left beside a shared CPU");
    plan =
        running(
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
        running(
            cpu(intent(A), new Processors.Dedicated(2, 1)),
            cpu(intent(B), new Processors.Dedicated(1, 1)));
    assertEquals(0, Rig.report(plan, A).cpu().numaNode());
    assertEquals(null, Rig.report(plan, B).cpu().numaNode());
    assertEquals(List.of(3), cpus.arrangement(B).pins());
  }
}
