package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.CpuIntents.DEDICATED;
import static dev.lpar.agent.execute.CpuIntents.SHARED;
import static dev.lpar.agent.execute.CpuIntents.set;
import static dev.lpar.agent.plan.Intents.C;
import static dev.lpar.agent.plan.Intents.devices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeCpus;
import dev.lpar.agent.plan.Entitlement.Verdict;
import dev.lpar.agent.plan.GuestCpus.Stray;
import dev.lpar.agent.plan.ObservedCpus.Interrupt;
import dev.lpar.model.PciAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Interrupts and threads are kept off dedicated CPUs, and those that stray there are told of. */
class CpuIsolationTest {
  private final Rig rig = new Rig();
  private final FakeCpus cpus = rig.blade.cpus;

  @Test
  void interruptsAreKeptOffDedicatedCoresAndOwnDevicesComeThere() {
    cpus.interrupts.put(24, new Interrupt(24, "nvme0q1", set("0-3"), null));
    cpus.interrupts.put(25, new Interrupt(25, "nvme0q2", set("2"), null));
    cpus.interrupts.put(26, new Interrupt(26, "ahci", set("3"), null));
    rig.settleWith(SHARED, DEDICATED);
    assertEquals(set("0,3"), cpus.interrupts.get(24).cpus());
    assertEquals(set("0,3"), cpus.interrupts.get(25).cpus());
    assertEquals(set("3"), cpus.interrupts.get(26).cpus());
  }

  @Test
  void aDevicesInterruptsComeToItsGuestAndDisturbNoOther() {
    rig.blade.devices.add("0000:01:00.0", "S1", 1, "nvme");
    rig.settleWith(SHARED, devices(DEDICATED, "hba=S1"));
    var own = new PciAddress("0000:01:00.0");
    cpus.interrupts.put(30, new Interrupt(30, "vfio-msix[0]", set("0-3"), own));
    var plan = rig.settleAfter(Duration.ofMinutes(1));
    assertEquals(set("1-2"), cpus.interrupts.get(30).cpus());
    assertEquals(Verdict.NOT_MEASURED, Rig.report(plan, C).cpu().entitlement().verdict());
  }

  @Test
  void anInterruptThatStrayedIsToldOfAndSteeredAway() {
    rig.settleWith(SHARED, DEDICATED);
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
    rig.settleWith(SHARED, DEDICATED);
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

  @Test
  void aThreadThatStrayedIsToldOfAndPutBack() {
    rig.settleWith(SHARED, DEDICATED);
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
}
