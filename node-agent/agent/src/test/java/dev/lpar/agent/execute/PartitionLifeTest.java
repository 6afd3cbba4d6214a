package dev.lpar.agent.execute;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.disk;
import static dev.lpar.agent.plan.Intents.grace;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.memory;
import static dev.lpar.agent.plan.Intents.onCrash;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeBlade;
import dev.lpar.agent.plan.BlockDeviceId;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedHost.HugePagePool;
import dev.lpar.agent.plan.ObservedPartition.DiskProbe;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.CrashPolicy;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A partition's life under the real observer, planner and executor. */
class PartitionLifeTest {
  private final Rig rig = new Rig();
  private final FakeBlade blade = rig.blade;
  private final PartitionIntent a = intent(A);

  private static void assertSituation(Situation expected, HostPlan plan, LparId id) {
    assertEquals(expected, Rig.report(plan, id).situation(), Rig.report(plan, id).toString());
  }

  private void running(PartitionIntent... intents) {
    rig.want(intents);
    var plan = rig.settle();
    for (var intent : intents) {
      assertSituation(Situation.RUNNING, plan, intent.id());
    }
  }

  @Test
  void startsWhatShouldRunOnce() {
    running(a);
    assertEquals(List.of(A), blade.starts);
    assertTrue(rig.settle().settled());
  }

  @Test
  void leavesOffWhatShouldBeOff() {
    rig.want(power(a, Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settle(), A);
    assertEquals(List.of(), blade.starts);
  }

  @Test
  void pressesThePowerButtonAndIsDoneWhenTheGuestObeys() {
    running(a);
    rig.want(power(a, Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settle(), A);
    assertFalse(blade.runDirectories.contains(A));
  }

  @Test
  void forcesAGuestOffThatDoesNotObeyWhenGraceIsOver() {
    running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    assertSituation(Situation.POWERING_OFF, rig.settle(), A);
    assertSituation(Situation.POWERING_OFF, rig.settleAfter(Duration.ofSeconds(119)), A);
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(1)), A);
  }

  @Test
  void graceGoesOnCountingAcrossARestartOfTheAgent() {
    running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.clock.pass(Duration.ofSeconds(100));
    rig.restartAgent();
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(20)), A);
  }

  @Test
  void pressesAgainForAGuestThatWasStillBooting() {
    running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    blade.stubborn.clear();
    assertSituation(Situation.POWERING_OFF, rig.settleAfter(Duration.ofSeconds(9)), A);
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(1)), A);
  }

  @Test
  void graceCutShortWhilePoweringOffTakesEffect() {
    running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.want(power(grace(a, 5), Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(6)), A);
  }

  @Test
  void startsAgainWhenWantedRunningWhilePoweringOff() {
    running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.want(a);
    assertSituation(Situation.POWERING_OFF, rig.settle(), A);
    assertSituation(Situation.RUNNING, rig.settleAfter(Duration.ofSeconds(120)), A);
    assertEquals(List.of(A, A), blade.starts);
  }

  @Test
  void pausesAndResumes() {
    running(a);
    rig.want(power(a, Power.PAUSED));
    assertSituation(Situation.PAUSED, rig.settle(), A);
    rig.want(a);
    assertSituation(Situation.RUNNING, rig.settle(), A);
    assertEquals(List.of(A), blade.starts);
  }

  @Test
  void pausedGuestIsPoweredOff() {
    running(a);
    rig.want(power(a, Power.PAUSED));
    rig.settle();
    rig.want(power(a, Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settle(), A);
  }

  @Test
  void guestThatPoweredItselfOffStaysOffUntilStoppedAndRunAgain() {
    running(a);
    blade.vanish(A);
    assertSituation(Situation.GUEST_POWERED_OFF, rig.settle(), A);
    rig.restartAgent();
    assertSituation(Situation.GUEST_POWERED_OFF, rig.settleAfter(Duration.ofHours(1)), A);
    rig.want(power(a, Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settle(), A);
    running(a);
  }

  @Test
  void deadQemuIsRestartedAfterABackOffThatDoubles() {
    running(a);
    int restarts = 0;
    for (long seconds : new long[] {2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
      blade.fail(A, "killed by signal 9");
      assertSituation(Situation.BACK_OFF, rig.settle(), A);
      var waiting = rig.settleAfter(Duration.ofSeconds(seconds - 1));
      assertSituation(Situation.BACK_OFF, waiting, A);
      var plan = rig.settleAfter(Duration.ofSeconds(1));
      assertSituation(Situation.RUNNING, plan, A);
      assertEquals(++restarts, Rig.report(plan, A).restarts());
    }
  }

  @Test
  void crashAfterALongRunCountsAsTheFirst() {
    running(a);
    for (int i = 0; i < 5; i++) {
      blade.fail(A, "killed by signal 9");
      rig.settle();
      rig.settleAfter(Duration.ofMinutes(5));
    }
    rig.clock.pass(Duration.ofMinutes(10));
    blade.fail(A, "killed by signal 9");
    rig.settle();
    assertSituation(Situation.RUNNING, rig.settleAfter(Duration.ofSeconds(2)), A);
    assertEquals(6, Rig.report(rig.plan(), A).restarts());
  }

  @Test
  void restartsCountFromTheLastActivationOnDemand() {
    running(a);
    blade.fail(A, "killed by signal 9");
    rig.settle();
    rig.settleAfter(Duration.ofSeconds(2));
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    running(a);
    assertEquals(0, Rig.report(rig.plan(), A).restarts());
  }

  @Test
  void panickedGuestIsEndedAndRestarted() {
    running(a);
    blade.states.put(A, RunState.PANICKED);
    assertSituation(Situation.BACK_OFF, rig.settle(), A);
    var plan = rig.settleAfter(Duration.ofSeconds(2));
    assertSituation(Situation.RUNNING, plan, A);
    assertEquals(1, Rig.report(plan, A).restarts());
  }

  @Test
  void panickedGuestStaysDownWhenSoAsked() {
    running(onCrash(a, CrashPolicy.STOP));
    blade.states.put(A, RunState.PANICKED);
    assertSituation(Situation.PANICKED, rig.settle(), A);
    assertEquals(Map.of(), blade.units());
    assertSituation(Situation.PANICKED, rig.settleAfter(Duration.ofHours(1)), A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    running(a);
  }

  @Test
  void panickedGuestIsPreservedWhenSoAskedUntilPoweredOff() {
    var preserved = onCrash(a, CrashPolicy.PRESERVE);
    running(preserved);
    blade.states.put(A, RunState.PANICKED);
    assertSituation(Situation.PANICKED, rig.settle(), A);
    rig.restartAgent();
    assertSituation(Situation.PANICKED, rig.settleAfter(Duration.ofHours(1)), A);
    assertTrue(blade.units().get(A) instanceof Unit.Live);
    rig.want(power(preserved, Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settle(), A);
  }

  @Test
  void policyChangedWhileTheGuestRunsTakesEffectAtTheCrash() {
    running(a);
    rig.want(onCrash(a, CrashPolicy.STOP));
    rig.settle();
    blade.fail(A, "killed by signal 11");
    assertSituation(Situation.DIED, rig.settle(), A);
  }

  @Test
  void removedPartitionIsPoweredOffAndLeavesNothing() {
    running(a);
    rig.want();
    rig.settle();
    assertEquals(Map.of(), blade.units());
    assertEquals(Map.of(), blade.traces());
    assertEquals(List.of(), rig.plan().reports());
  }

  @Test
  void removedPartitionThatDoesNotObeyIsForcedOff() {
    running(a);
    blade.stubborn.add(A);
    rig.want();
    assertSituation(Situation.POWERING_OFF, rig.settle(), A);
    rig.settleAfter(Duration.ofSeconds(120));
    assertEquals(Map.of(), blade.traces());
  }

  @Test
  void unitNobodyWantsIsStoppedEvenWithoutARecord() {
    rig.want();
    blade.units.put(B, new Unit.Live(7, "old"));
    blade.states.put(B, RunState.RUNNING);
    blade.stubborn.add(B);
    assertSituation(Situation.POWERING_OFF, rig.settle(), B);
    rig.settleAfter(Duration.ofSeconds(120));
    assertEquals(Map.of(), blade.units());
    assertEquals(Map.of(), blade.traces());
  }

  @Test
  void nothingIsStoppedOrStartedBeforeTheBladeHasBeenRead() {
    running(a);
    rig.restartAgent();
    rig.desired = new Desired.Unknown();
    assertSituation(Situation.RUNNING, rig.settleAfter(Duration.ofHours(1)), A);
    blade.fail(A, "killed by signal 9");
    rig.settleAfter(Duration.ofHours(1));
    assertEquals(List.of(A), blade.starts);
    assertTrue(blade.records.containsKey(A));
  }

  @Test
  void powerOffUnderWayIsFinishedAlsoBeforeTheBladeHasBeenRead() {
    running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.restartAgent();
    rig.desired = new Desired.Unknown();
    rig.settleAfter(Duration.ofSeconds(120));
    assertEquals(Map.of(), blade.units());
  }

  @Test
  void restartedAgentAdoptsTheGuest() {
    running(a);
    rig.restartAgent();
    assertSituation(Situation.RUNNING, rig.settle(), A);
    assertEquals(List.of(A), blade.starts);
  }

  @Test
  void guestWhoseRecordIsLostIsAdopted() {
    running(a);
    blade.records.clear();
    rig.restartAgent();
    assertSituation(Situation.RUNNING, rig.settle(), A);
    assertEquals(List.of(A), blade.starts);
    rig.want();
    rig.settle();
    assertEquals(Map.of(), blade.units());
  }

  @Test
  void whatShouldRunIsStartedAfterTheBladeReboots() {
    running(a, intent(B));
    rig.want(a, power(intent(B), Power.STOPPED));
    rig.settle();
    blade.reboot("boot-2");
    rig.restartAgent();
    var plan = rig.settle();
    assertSituation(Situation.RUNNING, plan, A);
    assertSituation(Situation.POWERED_OFF, plan, B);
    assertEquals(List.of(A, B, A), blade.starts);
    assertEquals(0, Rig.report(plan, A).restarts());
  }

  @Test
  void guestThatPoweredItselfOffStaysOffAfterTheBladeReboots() {
    running(a);
    blade.vanish(A);
    rig.settle();
    blade.reboot("boot-2");
    assertSituation(Situation.GUEST_POWERED_OFF, rig.settle(), A);
  }

  @Test
  void changesThatNeedARestartAreListedAndApplyAtTheNextActivation() {
    running(a);
    var bigger = memory(a, "512Mi", Pages.SIZE_4KI);
    rig.want(bigger);
    assertEquals(List.of("memory.size"), Rig.report(rig.settle(), A).restartRequired());
    assertEquals(List.of(A), blade.starts);
    rig.want(power(bigger, Power.STOPPED));
    rig.settle();
    running(bigger);
    assertEquals(List.of(), Rig.report(rig.plan(), A).restartRequired());
  }

  @Test
  void hungQemuIsSaidToBeUnresponsiveAndForcedOffWhenStopped() {
    running(a);
    blade.hung.add(A);
    assertSituation(Situation.RUNNING, rig.settle(), A);
    assertSituation(Situation.UNRESPONSIVE, rig.settleAfter(Duration.ofSeconds(10)), A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(120)), A);
  }

  @Test
  void startThatSystemdRefusesIsToldInItsWordsAndTriedAgain() {
    blade.refusal = "systemd refused the unit: no such group";
    rig.want(a);
    rig.round(9);
    var plan = rig.settle();
    assertSituation(Situation.START_FAILED, plan, A);
    assertTrue(Rig.report(plan, A).message().startsWith("systemd refused the unit: no such group"));
    blade.refusal = "";
    assertSituation(Situation.RUNNING, rig.settleAfter(Duration.ofSeconds(2)), A);
    assertEquals(0, Rig.report(rig.plan(), A).restarts());
  }

  @Test
  void qemuThatEndsAtOnceIsAFailedStart() {
    rig.want(a);
    rig.round(9);
    blade.fail(A, "exit code 1: Could not open '/dev/nvme9n1'");
    var plan = rig.settle();
    assertSituation(Situation.START_FAILED, plan, A);
    assertTrue(Rig.report(plan, A).message().contains("Could not open"));
  }

  @Test
  void missingKernelIsRefusedUntilItIsThere() {
    blade.bootFiles.clear();
    rig.want(a);
    var plan = rig.settle();
    assertSituation(Situation.BOOT_FILE_MISSING, plan, A);
    assertEquals("/boot/vmlinuz isn't a file on this blade", Rig.report(plan, A).message());
    blade.bootFiles.put("/boot/vmlinuz", "/boot/vmlinuz");
    running(a);
  }

  @Test
  void disksThatCannotBeUsedAreRefusedEachWithItsReason() {
    var disk = disk(a, "/dev/sdx");
    rig.want(disk);
    assertSituation(Situation.DISK_MISSING, rig.settle(), A);
    blade.disks.put("/dev/sdx", new DiskProbe.NotBlockDevice("a regular file"));
    assertSituation(Situation.DISK_NOT_BLOCK_DEVICE, rig.settle(), A);
    blade.disks.put("/dev/sdx", new DiskProbe.HeldByHost("/dev/sdx"));
    assertSituation(Situation.DISK_IN_USE_BY_HOST, rig.settle(), A);
    blade.disks.put("/dev/sdx", new DiskProbe.Usable("/dev/sdx", new BlockDeviceId("8:0", "8:0")));
    assertSituation(Situation.RUNNING, rig.settle(), A);
  }

  @Test
  void diskOfAnotherPartitionIsRefusedAlsoByAnotherPath() {
    var whole = new BlockDeviceId("8:0", "8:0");
    blade.disks.put("/dev/sda", new DiskProbe.Usable("/dev/sda", whole));
    blade.disks.put("/dev/disk/by-id/x", new DiskProbe.Usable("/dev/sda", whole));
    var part = new BlockDeviceId("8:1", "8:0");
    blade.disks.put("/dev/sda1", new DiskProbe.Usable("/dev/sda1", part));
    rig.want(disk(a, "/dev/sda"), disk(intent(B), "/dev/disk/by-id/x"));
    var plan = rig.settle();
    assertSituation(Situation.RUNNING, plan, A);
    assertSituation(Situation.DISK_IN_USE_BY_PARTITION, plan, B);
    assertTrue(Rig.report(plan, B).message().contains("shop/lpar-a"));
    rig.want(disk(a, "/dev/sda"), disk(intent(B), "/dev/sda1"));
    assertSituation(Situation.DISK_IN_USE_BY_PARTITION, rig.settle(), B);
    rig.want(power(disk(a, "/dev/sda"), Power.STOPPED), disk(intent(B), "/dev/sda1"));
    rig.settle();
    assertSituation(Situation.DISK_IN_USE_BY_PARTITION, rig.settle(), B);
    rig.want(power(a, Power.STOPPED), disk(intent(B), "/dev/sda1"));
    assertSituation(Situation.RUNNING, rig.settle(), B);
  }

  @Test
  void lackOfMemoryIsRefusedWithTheNumbers() {
    rig.want(memory(a, "64Mi", Pages.SIZE_2MI));
    var plan = rig.settle();
    assertSituation(Situation.MEMORY_UNAVAILABLE, plan, A);
    assertEquals("needs 64Mi in 2Mi pages, the blade has 0 free", Rig.report(plan, A).message());
    blade.pools.put(Pages.SIZE_2MI, new HugePagePool(32, 32, null));
    assertSituation(Situation.RUNNING, rig.settle(), A);
  }

  @Test
  void twoStartsOfOnePlanDoNotCountOnTheSameMemory() {
    blade.available = MemorySize.parse("400Mi");
    rig.want(a, intent(B));
    var plan = rig.plan();
    assertEquals(1, plan.partitionSteps().size());
    assertSituation(Situation.STARTING, plan, B);
  }

  @Test
  void hugePagesAreAskedForOncePerValue() {
    blade.pools.put(Pages.SIZE_2MI, new HugePagePool(0, 0, null));
    rig.desired =
        new Desired.Known(
            List.of(),
            Map.of(Pages.SIZE_2MI, MemorySize.parse("64Mi")),
            List.of(),
            CpuReserve.DEFAULT,
            List.of());
    rig.round(9);
    assertEquals(32, blade.pools.get(Pages.SIZE_2MI).total());
    blade.pools.put(Pages.SIZE_2MI, new HugePagePool(20, 20, 32L));
    assertEquals(List.of(), Rig.steps(rig.plan()));
  }

  @Test
  void qemuIsLaidOutBeforeAStartAndUnusedOnesAreRemoved() {
    blade.laidOut.clear();
    blade.laidOut.add("9.2-x");
    blade.laidOut.add("9.1-y");
    blade.units.put(B, new Unit.Live(7, "9.2-x"));
    blade.states.put(B, RunState.RUNNING);
    running(a, intent(B));
    assertEquals(java.util.Set.of(FakeBlade.CURRENT, "9.2-x"), blade.laidOut);
    rig.want(a);
    rig.settle();
    assertEquals(java.util.Set.of(FakeBlade.CURRENT), blade.laidOut);
  }

  @Test
  void fullConsoleIsRotated() {
    running(a);
    blade.fullConsoles.add(A);
    rig.settle();
    assertFalse(blade.fullConsoles.contains(A));
  }

  @Test
  void reportOfARunningGuestHasItsPidAndVersion() {
    running(a);
    var report = Rig.report(rig.plan(), A);
    assertEquals(100, report.pid());
    assertEquals(FakeBlade.CURRENT, report.qemuVersion());
    rig.want(power(a, Power.STOPPED));
    var off = Rig.report(rig.settle(), A);
    assertNull(off.pid());
    assertNull(off.activatedAt());
  }
}
