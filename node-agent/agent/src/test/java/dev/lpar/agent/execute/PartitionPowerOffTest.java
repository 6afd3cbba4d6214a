package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.Rig.assertSituation;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.grace;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.lpar.agent.host.FakeBlade;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Guests go off: when asked to or removed, by force if need be, or of their own accord. */
class PartitionPowerOffTest {
  private final Rig rig = new Rig();
  private final FakeBlade blade = rig.blade;
  private final PartitionIntent a = intent(A);

  @Test
  void pressesThePowerButtonAndIsDoneWhenTheGuestObeys() {
    rig.running(a);
    rig.want(power(a, Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settle(), A);
    assertFalse(blade.runDirectories.contains(A));
  }

  @Test
  void forcesAGuestOffThatDoesNotObeyWhenGraceIsOver() {
    rig.running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    assertSituation(Situation.POWERING_OFF, rig.settle(), A);
    assertSituation(Situation.POWERING_OFF, rig.settleAfter(Duration.ofSeconds(119)), A);
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(1)), A);
  }

  @Test
  void graceGoesOnCountingAcrossARestartOfTheAgent() {
    rig.running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.clock.pass(Duration.ofSeconds(100));
    rig.restartAgent();
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(20)), A);
  }

  @Test
  void pressesAgainForAGuestThatWasStillBooting() {
    rig.running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    blade.stubborn.clear();
    assertSituation(Situation.POWERING_OFF, rig.settleAfter(Duration.ofSeconds(9)), A);
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(1)), A);
  }

  @Test
  void graceCutShortWhilePoweringOffTakesEffect() {
    rig.running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.want(power(grace(a, 5), Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(6)), A);
  }

  @Test
  void startsAgainWhenWantedRunningWhilePoweringOff() {
    rig.running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.want(a);
    assertSituation(Situation.POWERING_OFF, rig.settle(), A);
    assertSituation(Situation.RUNNING, rig.settleAfter(Duration.ofSeconds(120)), A);
    assertEquals(List.of(A, A), blade.starts);
  }

  @Test
  void pausedGuestIsPoweredOff() {
    rig.running(a);
    rig.want(power(a, Power.PAUSED));
    rig.settle();
    rig.want(power(a, Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settle(), A);
  }

  @Test
  void guestThatPoweredItselfOffStaysOffUntilStoppedAndRunAgain() {
    rig.running(a);
    blade.vanish(A);
    assertSituation(Situation.GUEST_POWERED_OFF, rig.settle(), A);
    rig.restartAgent();
    assertSituation(Situation.GUEST_POWERED_OFF, rig.settleAfter(Duration.ofHours(1)), A);
    rig.want(power(a, Power.STOPPED));
    assertSituation(Situation.POWERED_OFF, rig.settle(), A);
    rig.running(a);
  }

  @Test
  void removedPartitionIsPoweredOffAndLeavesNothing() {
    rig.running(a);
    rig.want();
    rig.settle();
    assertEquals(Map.of(), blade.units());
    assertEquals(Map.of(), blade.traces());
    assertEquals(List.of(), rig.plan().reports());
  }

  @Test
  void removedPartitionThatDoesNotObeyIsForcedOff() {
    rig.running(a);
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
  void powerOffUnderWayIsFinishedAlsoBeforeTheBladeHasBeenRead() {
    rig.running(a);
    blade.stubborn.add(A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.restartAgent();
    rig.desired = new Desired.Unknown();
    rig.settleAfter(Duration.ofSeconds(120));
    assertEquals(Map.of(), blade.units());
  }

  @Test
  void guestThatPoweredItselfOffStaysOffAfterTheBladeReboots() {
    rig.running(a);
    blade.vanish(A);
    rig.settle();
    blade.reboot("boot-2");
    assertSituation(Situation.GUEST_POWERED_OFF, rig.settle(), A);
  }

  @Test
  void hungQemuIsSaidToBeUnresponsiveAndForcedOffWhenStopped() {
    rig.running(a);
    blade.hung.add(A);
    assertSituation(Situation.RUNNING, rig.settle(), A);
    assertSituation(Situation.UNRESPONSIVE, rig.settleAfter(Duration.ofSeconds(10)), A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    assertSituation(Situation.POWERED_OFF, rig.settleAfter(Duration.ofSeconds(120)), A);
  }
}
