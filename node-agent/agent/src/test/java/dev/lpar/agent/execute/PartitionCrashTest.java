package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.Rig.assertSituation;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.onCrash;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeBlade;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.CrashPolicy;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of a guest whose QEMU dies or whose kernel panics. */
class PartitionCrashTest {
  private final Rig rig = new Rig();
  private final FakeBlade blade = rig.blade;
  private final PartitionIntent a = intent(A);

  @Test
  void deadQemuIsRestartedAfterABackOffThatDoubles() {
    rig.running(a);
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
    rig.running(a);
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
    rig.running(a);
    blade.fail(A, "killed by signal 9");
    rig.settle();
    rig.settleAfter(Duration.ofSeconds(2));
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.running(a);
    assertEquals(0, Rig.report(rig.plan(), A).restarts());
  }

  @Test
  void panickedGuestIsEndedAndRestarted() {
    rig.running(a);
    blade.states.put(A, RunState.PANICKED);
    assertSituation(Situation.BACK_OFF, rig.settle(), A);
    var plan = rig.settleAfter(Duration.ofSeconds(2));
    assertSituation(Situation.RUNNING, plan, A);
    assertEquals(1, Rig.report(plan, A).restarts());
  }

  @Test
  void panickedGuestStaysDownWhenSoAsked() {
    rig.running(onCrash(a, CrashPolicy.STOP));
    blade.states.put(A, RunState.PANICKED);
    assertSituation(Situation.PANICKED, rig.settle(), A);
    assertEquals(Map.of(), blade.units());
    assertSituation(Situation.PANICKED, rig.settleAfter(Duration.ofHours(1)), A);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.running(a);
  }

  @Test
  void panickedGuestIsPreservedWhenSoAskedUntilPoweredOff() {
    var preserved = onCrash(a, CrashPolicy.PRESERVE);
    rig.running(preserved);
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
    rig.running(a);
    rig.want(onCrash(a, CrashPolicy.STOP));
    rig.settle();
    blade.fail(A, "killed by signal 11");
    assertSituation(Situation.DIED, rig.settle(), A);
  }
}
