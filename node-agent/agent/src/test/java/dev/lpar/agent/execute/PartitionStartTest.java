package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.Rig.assertSituation;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.disk;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.memory;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeBlade;
import dev.lpar.agent.plan.BlockDeviceId;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.ObservedHost.HugePagePool;
import dev.lpar.agent.plan.ObservedPartition.DiskProbe;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a start needs of the blade, and what is told where it isn't to be had. */
class PartitionStartTest {
  private final Rig rig = new Rig();
  private final FakeBlade blade = rig.blade;
  private final PartitionIntent a = intent(A);

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
    rig.running(a);
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
    rig.running(a, intent(B));
    assertEquals(java.util.Set.of(FakeBlade.CURRENT, "9.2-x"), blade.laidOut);
    rig.want(a);
    rig.settle();
    assertEquals(java.util.Set.of(FakeBlade.CURRENT), blade.laidOut);
  }
}
