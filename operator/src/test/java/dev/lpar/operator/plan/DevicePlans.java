package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.changed;
import static dev.lpar.operator.plan.Fixtures.fleet;
import static dev.lpar.operator.plan.Fixtures.function;
import static dev.lpar.operator.plan.Fixtures.offered;
import static dev.lpar.operator.plan.Fixtures.shared;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.operator.plan.PlacementPlan.Assign;
import dev.lpar.operator.plan.PlacementPlan.Change;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import java.util.List;

/** Partitions that ask for devices, and what is planned for them. */
final class DevicePlans {
  static final PartitionIntent MINE = shared(9, 10, "1Gi");
  static final PartitionIntent OTHER = shared(1, 10, "1Gi");
  static final String NIC = "lpar.dev/class=nic";

  private DevicePlans() {}

  static PartitionIntent has(PartitionIntent intent, DeviceIntent... devices) {
    return intent.withDevices(List.of(devices));
  }

  /** The next generation of the spec. */
  static PartitionIntent next(Power power) {
    return changed(MINE, MINE.cpu(), "1Gi", power, 2);
  }

  static Fixtures.Blade nic(String blade, String... names) {
    var made = blade(blade);
    for (int i = 0; i < names.length; i++) {
      made.device(function(names[i], i + 1), offered(names[i], blade, NIC));
    }
    return made;
  }

  static PlacementPlan plan(Wish wish, Fixtures.Blade... blades) {
    return PlacementPlanner.plan(wish, fleet(blades));
  }

  static NoPlace none(Wish wish, Fixtures.Blade... blades) {
    return assertInstanceOf(NoPlace.class, plan(wish, blades));
  }

  static List<String> devices(PlacementPlan plan) {
    return assertInstanceOf(Assign.class, plan).intent().devices().stream()
        .map(device -> device.name() + "=" + device.passthroughDevice())
        .toList();
  }

  static String refusal(PlacementPlan plan) {
    var settled = assertInstanceOf(Settled.class, plan);
    return assertInstanceOf(Change.Refused.class, settled.change()).message();
  }
}
