package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.CpuIntents.DEDICATED;
import static dev.lpar.agent.execute.CpuIntents.SHARED;
import static dev.lpar.agent.execute.CpuIntents.set;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.C;
import static dev.lpar.agent.plan.Intents.cpu;
import static dev.lpar.agent.plan.Intents.devices;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.host.FakeCpus;
import dev.lpar.agent.plan.Entitlement.Verdict;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import dev.lpar.model.PciAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where CPUs, a device or a QEMU can't be had, the reason is told and no other is held up. */
class CpuRefusalTest {
  private final Rig rig = new Rig();
  private final FakeCpus cpus = rig.blade.cpus;

  @Test
  void aGuestWhoseCpusCantBeSetUpStandsStillAndCanBeStopped() {
    cpus.refusal = "no cpuset controller";
    rig.want(SHARED);
    for (int round = 0; round < 5; round++) {
      rig.round(100);
    }
    var report = Rig.report(rig.plan(), A);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation());
    assertEquals("no cpuset controller", report.message());
    assertEquals(RunState.STARTING, rig.blade.states.get(A));
    rig.want(power(SHARED, Power.STOPPED));
    for (int round = 0; round < 5; round++) {
      rig.round(100);
    }
    assertEquals(Map.of(), rig.blade.units);
  }

  @Test
  void aGuestLeavesTheCoresOfAnotherThoughADeviceOfItsOwnCanNotBeHad() {
    rig.blade.devices.add("0000:01:00.0", "S1", 1, "nvme");
    rig.settleWith(SHARED);
    rig.blade.devices.stuck.add(new PciAddress("0000:01:00.0"));
    rig.want(devices(SHARED, "hba=S1"), DEDICATED);
    for (int round = 0; round < 10; round++) {
      rig.round(100);
    }
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void aGuestIsGivenItsDeviceThoughItsCpusCanNotBeSetUpAnew() {
    rig.blade.devices.add("0000:01:00.0", "S1", 1, "nvme");
    rig.settleWith(SHARED);
    cpus.refusal = "no cpuset controller";
    rig.want(devices(cpu(SHARED, new Processors.Shared(2, 10, true)), "hba=S1"));
    for (int round = 0; round < 10; round++) {
      rig.round(100);
    }
    assertEquals(Map.of("hba", "0000:01:00.0"), rig.blade.devices.guest(A));
    assertEquals(Verdict.NOT_ENFORCED, Rig.report(rig.plan(), A).cpu().entitlement().verdict());
  }

  @Test
  void oneThatStandsStillForWantOfCpusHoldsUpNoOther() {
    cpus.refusals.put(A, "no cpuset controller");
    rig.want(SHARED);
    rig.round(100);
    rig.round(100);
    rig.want(SHARED, DEDICATED);
    for (int round = 0; round < 5; round++) {
      rig.round(100);
    }
    assertEquals(RunState.STARTING, rig.blade.states.get(A));
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void oneWhoseQemuHasNeverAnsweredHoldsUpNoOther() {
    rig.blade.hung.add(A);
    rig.settleWith(SHARED);
    rig.settleWith(SHARED, DEDICATED);
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void whereTheHostsWorkIsNotConfinedTheReasonIsTold() {
    cpus.hostRefusal = "can't keep system.slice to the CPUs 0: access denied";
    rig.want(SHARED, DEDICATED);
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
    rig.settleWith(SHARED);
    cpus.refusals.put(A, "no cpuset controller");
    rig.want(SHARED, DEDICATED);
    rig.round(100);
    var report = Rig.report(rig.plan(), C);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation());
    assertEquals(
        "needs the CPUs 1-2, which the partition shop/lpar-a doesn't leave: no cpuset controller",
        report.message());
  }

  @Test
  void aGuestWhoseQemuHangsLeavesTheCoresOfAnother() {
    rig.settleWith(SHARED);
    rig.blade.hung.add(A);
    rig.settleWith(SHARED, DEDICATED);
    assertEquals(set("3"), cpus.arrangement(A).vcpus());
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }
}
