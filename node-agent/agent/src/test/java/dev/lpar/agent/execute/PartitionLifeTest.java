package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.Rig.assertSituation;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.memory;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeBlade;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A partition runs as it is asked to, whatever becomes of the agent and the blade. */
class PartitionLifeTest {
  private final Rig rig = new Rig();
  private final FakeBlade blade = rig.blade;
  private final PartitionIntent a = intent(A);

  @Test
  void startsWhatShouldRunOnce() {
    rig.running(a);
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
  void pausesAndResumes() {
    rig.running(a);
    rig.want(power(a, Power.PAUSED));
    assertSituation(Situation.PAUSED, rig.settle(), A);
    rig.want(a);
    assertSituation(Situation.RUNNING, rig.settle(), A);
    assertEquals(List.of(A), blade.starts);
  }

  @Test
  void nothingIsStoppedOrStartedBeforeTheBladeHasBeenRead() {
    rig.running(a);
    rig.restartAgent();
    rig.desired = new Desired.Unknown();
    assertSituation(Situation.RUNNING, rig.settleAfter(Duration.ofHours(1)), A);
    blade.fail(A, "killed by signal 9");
    rig.settleAfter(Duration.ofHours(1));
    assertEquals(List.of(A), blade.starts);
    assertTrue(blade.records.containsKey(A));
  }

  @Test
  void restartedAgentAdoptsTheGuest() {
    rig.running(a);
    rig.restartAgent();
    assertSituation(Situation.RUNNING, rig.settle(), A);
    assertEquals(List.of(A), blade.starts);
  }

  @Test
  void guestWhoseRecordIsLostIsAdopted() {
    rig.running(a);
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
    rig.running(a, intent(B));
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
  void changesThatNeedARestartAreListedAndApplyAtTheNextActivation() {
    rig.running(a);
    var bigger = memory(a, "512Mi", Pages.SIZE_4KI);
    rig.want(bigger);
    assertEquals(List.of("memory.size"), Rig.report(rig.settle(), A).restartRequired());
    assertEquals(List.of(A), blade.starts);
    rig.want(power(bigger, Power.STOPPED));
    rig.settle();
    rig.running(bigger);
    assertEquals(List.of(), Rig.report(rig.plan(), A).restartRequired());
  }

  @Test
  void fullConsoleIsRotated() {
    rig.running(a);
    blade.fullConsoles.add(A);
    rig.settle();
    assertFalse(blade.fullConsoles.contains(A));
  }

  @Test
  void reportOfARunningGuestHasItsPidAndVersion() {
    rig.running(a);
    var report = Rig.report(rig.plan(), A);
    assertEquals(100, report.pid());
    assertEquals(FakeBlade.CURRENT, report.qemuVersion());
    rig.want(power(a, Power.STOPPED));
    var off = Rig.report(rig.settle(), A);
    assertNull(off.pid());
    assertNull(off.activatedAt());
  }
}
