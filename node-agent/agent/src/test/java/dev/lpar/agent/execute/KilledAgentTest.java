package dev.lpar.agent.execute;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.onCrash;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.CrashPolicy;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The agent is killed between any two steps, twice in a row, on the way to each goal: in the end
 * the goal is reached, and the guest was started exactly as often as without the kills.
 */
class KilledAgentTest {
  private static final PartitionIntent RUNNING = intent(A);

  /**
   * @param from puts the blade in the state the way starts from
   * @param to what is wanted
   * @param starts of the guest on the way
   */
  record Way(String name, Consumer<Rig> from, Consumer<Rig> to, Situation goal, List<?> starts) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Way> ways() {
    Consumer<Rig> up = KilledAgentTest::up;
    return Stream.of(
        new Way("first start", rig -> {}, rig -> rig.want(RUNNING), Situation.RUNNING, List.of(A)),
        new Way(
            "power off",
            up,
            rig -> rig.want(power(RUNNING, Power.STOPPED)),
            Situation.POWERED_OFF,
            List.of()),
        new Way(
            "forced power off",
            up.andThen(rig -> rig.blade.stubborn.add(A)),
            rig -> rig.want(power(RUNNING, Power.STOPPED)),
            Situation.POWERED_OFF,
            List.of()),
        new Way(
            "pause",
            up,
            rig -> rig.want(power(RUNNING, Power.PAUSED)),
            Situation.PAUSED,
            List.of()),
        new Way("removal", up, rig -> rig.want(), null, List.of()),
        new Way(
            "restart after QEMU's death",
            up.andThen(rig -> rig.blade.fail(A, "killed")),
            rig -> rig.want(RUNNING),
            Situation.RUNNING,
            List.of(A)),
        new Way(
            "restart after a panic",
            up.andThen(
                rig ->
                    rig.blade.states.put(
                        A, dev.lpar.agent.plan.ObservedPartition.RunState.PANICKED)),
            rig -> rig.want(RUNNING),
            Situation.RUNNING,
            List.of(A)),
        new Way(
            "stop after a panic",
            up.andThen(
                rig ->
                    rig.blade.states.put(
                        A, dev.lpar.agent.plan.ObservedPartition.RunState.PANICKED)),
            rig -> rig.want(onCrash(RUNNING, CrashPolicy.STOP)),
            Situation.PANICKED,
            List.of()),
        new Way(
            "guest's own power off",
            up.andThen(rig -> rig.blade.vanish(A)),
            rig -> rig.want(RUNNING),
            Situation.GUEST_POWERED_OFF,
            List.of()),
        new Way(
            "start after a reboot",
            up.andThen(rig -> rig.blade.reboot("boot-2")),
            rig -> rig.want(RUNNING),
            Situation.RUNNING,
            List.of(A)));
  }

  private static void up(Rig rig) {
    rig.want(RUNNING);
    rig.settle();
    rig.blade.starts.clear();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void killedBetweenAnyTwoStepsReachesTheSameGoal(Way way) {
    int kills = 0;
    for (int first = 0; first < 8; first++) {
      for (int second = 0; second < 8; second++) {
        var rig = new Rig();
        way.from().accept(rig);
        way.to().accept(rig);
        rig.round(first);
        rig.restartAgent();
        rig.round(second);
        rig.restartAgent();
        kills += 2;
        var what = way + ", killed after " + first + " and " + second + " steps";
        rig.settle();
        rig.settleAfter(Duration.ofSeconds(120));
        var plan = rig.settleAfter(Duration.ofSeconds(120));
        assertEquals(way.starts(), rig.blade.starts, what);
        if (way.goal() == null) {
          assertEquals(List.of(), plan.reports(), what);
          assertEquals(Map.of(), rig.blade.traces(), what);
          assertEquals(Map.of(), rig.blade.units(), what);
        } else {
          assertEquals(
              List.of(way.goal()),
              plan.reports().stream().map(PartitionReport::situation).toList(),
              what);
        }
      }
    }
    assertTrue(kills >= 100);
  }
}
