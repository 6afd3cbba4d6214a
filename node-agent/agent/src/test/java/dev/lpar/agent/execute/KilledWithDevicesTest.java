package dev.lpar.agent.execute;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.devices;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The agent is killed between any two steps of attach and detach, twice in a row: in the end every
 * function is where it belongs, and none was bound more often than without the kills. (The fake
 * devices fail the test when one is taken from under a guest or given to two.)
 */
class KilledWithDevicesTest {
  private static final String ONE = "0000:01:00.0";
  private static final String TWO = "0000:02:00.0";
  private static final String TWIN = "0000:02:00.1";
  private static final PartitionIntent WITHOUT = intent(A);
  private static final PartitionIntent WITH = devices(WITHOUT, "hba=S1", "nic=S2");

  /** More than any way has. */
  private static final int STEPS = 26;

  /**
   * @param guest what the guest has in the end
   * @param taken functions that vfio-pci has in the end
   */
  record Way(
      String name,
      Consumer<Rig> from,
      Consumer<Rig> to,
      Map<String, String> guest,
      List<String> taken,
      int bindings) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Way> ways() {
    var both = Map.of("hba", ONE, "nic", TWO);
    var all = List.of(ONE, TWO, TWIN);
    return Stream.of(
        new Way("start", rig -> {}, rig -> rig.want(WITH), both, all, 3),
        new Way("hot-plug", rig -> up(rig, WITHOUT), rig -> rig.want(WITH), both, all, 3),
        new Way("drop", rig -> up(rig, WITH), rig -> rig.want(WITHOUT), Map.of(), List.of(), 0),
        new Way(
            "drop of one",
            rig -> up(rig, WITH),
            rig -> rig.want(devices(WITHOUT, "nic=S2")),
            Map.of("nic", TWO),
            List.of(TWO, TWIN),
            0),
        new Way(
            "stop",
            rig -> up(rig, WITH),
            rig -> rig.want(power(WITH, Power.STOPPED)),
            Map.of(),
            all,
            0),
        new Way("deletion", rig -> up(rig, WITH), rig -> rig.want(), Map.of(), List.of(), 0),
        new Way(
            "reboot",
            rig -> {
              up(rig, WITH);
              rig.blade.reboot("boot-2");
            },
            rig -> rig.want(WITH),
            both,
            all,
            3));
  }

  private static void up(Rig rig, PartitionIntent intent) {
    rig.want(intent);
    rig.settle();
    rig.blade.devices.bindings.clear();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void killedBetweenAnyTwoStepsReachesTheSameGoal(Way way) {
    for (int first = 0; first < STEPS; first++) {
      for (int second = 0; second < STEPS; second++) {
        var rig = new Rig();
        rig.blade.devices.add(ONE, "S1", 1, "nvme");
        rig.blade.devices.add(TWO, "S2", 2, "nvme");
        rig.blade.devices.add(TWIN, "S3", 2, "nvme");
        way.from().accept(rig);
        way.to().accept(rig);
        rig.round(first);
        rig.restartAgent();
        rig.round(second);
        rig.restartAgent();
        rig.settle();
        rig.settleAfter(Duration.ofSeconds(40));
        var what = way + ", killed after " + first + " and " + second + " steps";
        assertEquals(new TreeMap<>(way.guest()), rig.blade.devices.guest(A), what);
        for (var address : List.of(ONE, TWO, TWIN)) {
          boolean taken = way.taken().contains(address);
          var slot = rig.blade.devices.at(address);
          assertEquals(taken ? "vfio-pci" : "nvme", slot.driver, what);
          assertEquals(taken ? "vfio-pci" : null, slot.override, what);
        }
        assertEquals(way.taken().size(), rig.blade.devices.held().size(), what);
        assertEquals(way.bindings(), rig.blade.devices.bindings.size(), what);
      }
    }
  }
}
