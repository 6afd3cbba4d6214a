package dev.lpar.operator.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.operator.plan.BladeView.Readiness;
import dev.lpar.operator.plan.DeviceClaims.Choice;
import dev.lpar.operator.plan.PlacementPlan.Assign;
import dev.lpar.operator.plan.PlacementPlan.BladeLost;
import dev.lpar.operator.plan.PlacementPlan.Change;
import dev.lpar.operator.plan.PlacementPlan.Gone;
import dev.lpar.operator.plan.PlacementPlan.Leaving;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.PlacementPlan.Withdraw;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides where a partition lives. It stays where it is; a change is made in place or refused. It
 * leaves a blade only when it is stopped and its placement rules the blade out, or when it is
 * deleted, and it gets another place only when nothing of it is left on the one before.
 */
public final class PlacementPlanner {
  private PlacementPlanner() {}

  /** The plan for a partition that is wanted. */
  public static PlacementPlan plan(Wish wish, Fleet fleet) {
    var id = wish.intent().id();
    for (var blade : fleet.blades()) {
      var assigned = blade.assignment(id);
      if (assigned.isPresent()) {
        return whereItIs(wish, blade, assigned.get(), fleet);
      }
    }
    var last = wish.lastBlade();
    if (last != null) {
      var blade = fleet.blade(last);
      if (blade.isEmpty()) {
        return new BladeLost(last);
      }
      if (blade.get().mayStillRun(id)) {
        return back(wish, blade.get());
      }
    }
    return anywhere(wish, fleet);
  }

  /** Its place was taken from it (a Blade made anew, say): it goes back where it may run. */
  private static PlacementPlan back(Wish wish, BladeView blade) {
    if (wish.excludes(blade)) {
      return new Leaving(blade.name());
    }
    var held =
        wish.lastDevices().stream()
            .flatMap(
                device ->
                    blade.inventory().object(device.passthroughDevice()).stream()
                        .map(
                            object ->
                                new DeviceIntent(device.name(), object.name(), object.identity())))
            .toList();
    return switch (DeviceClaims.choose(wish, blade, held)) {
      case Choice.Met(var devices) -> new Assign(blade.name(), wish.intent().withDevices(devices));
      case Choice.Unmet _ -> new Leaving(blade.name());
    };
  }

  /** The plan for a partition that is to go: it stands as Gone when nothing of it is left. */
  public static PlacementPlan release(LparId id, @Nullable String lastBlade, Fleet fleet) {
    for (var blade : fleet.blades()) {
      var assigned = blade.assignment(id);
      if (assigned.isPresent()) {
        // The status names the blade first: a restart in between must not lose where it was.
        return blade.name().equals(lastBlade)
            ? new Withdraw(blade.name(), id)
            : new Settled(blade.name(), assigned.get(), new Change.None());
      }
    }
    for (var blade : fleet.blades()) {
      if (blade.reports().containsKey(id)) {
        return new Leaving(blade.name());
      }
    }
    if (lastBlade == null) {
      return new Gone();
    }
    var blade = fleet.blade(lastBlade);
    if (blade.isEmpty()) {
      return new BladeLost(lastBlade);
    }
    return blade.get().mayStillRun(id) ? new Leaving(lastBlade) : new Gone();
  }

  private static PlacementPlan whereItIs(
      Wish wish, BladeView blade, PartitionIntent assigned, Fleet fleet) {
    var held = DeviceClaims.upToDate(blade, assigned.devices());
    if (assigned.generation() != wish.intent().generation()) {
      return change(wish, blade, assigned, held, fleet);
    }
    // What was decided for this spec stands, whatever has become of labels, consent and presence.
    var wanted = wish.intent().withDevices(held);
    if (!assigned.equals(wanted)) {
      return new Assign(blade.name(), wanted);
    }
    if (!wish.excludes(blade)) {
      return new Settled(blade.name(), assigned, new Change.None());
    }
    if (wanted.power() != Power.STOPPED || !blade.name().equals(wish.lastBlade())) {
      return new Settled(blade.name(), assigned, new Change.MoveWhenStopped());
    }
    return anywhere(wish, fleet) instanceof NoPlace(var _, var message)
        ? new Settled(blade.name(), assigned, new Change.Refused("it can't move: " + message))
        : new Withdraw(blade.name(), wanted.id());
  }

  /** Made in place, or refused; unless a device that is named is on another blade. */
  private static PlacementPlan change(
      Wish wish, BladeView blade, PartitionIntent assigned, List<DeviceIntent> held, Fleet fleet) {
    var kept = assigned.withDevices(held).withPower(wish.intent().power());
    switch (DeviceHome.of(wish, fleet, held)) {
      case DeviceHome.Nowhere(var why) -> {
        return refused(blade, assigned, kept, why.message());
      }
      case DeviceHome.On(var home, var need) when !home.equals(blade.name()) -> {
        return mayMove(wish, blade, assigned, fleet)
            ? new Withdraw(blade.name(), assigned.id())
            : refused(
                blade,
                assigned,
                kept,
                "%s is on %s: it can move there when it is stopped".formatted(need.field(), home));
      }
      case DeviceHome.On _, DeviceHome.Anywhere() -> {}
    }
    var choice = DeviceClaims.choose(wish, blade, held);
    var wanted =
        wish.intent().withDevices(choice instanceof Choice.Met(var devices) ? devices : held);
    var obstacle =
        BladeRoom.without(blade, wanted.id()).obstacle(assigned, wanted).or(() -> lacking(choice));
    return obstacle.isEmpty()
        ? new Assign(blade.name(), wanted)
        : refused(
            blade, assigned, kept, "%s %s".formatted(blade.name(), NoFit.describe(obstacle.get())));
  }

  private static Optional<Obstacle> lacking(Choice choice) {
    return switch (choice) {
      case Choice.Met _ -> Optional.empty();
      case Choice.Unmet(var reasons) -> Optional.of(new Obstacle.DevicesLacking(reasons));
    };
  }

  /** A blade is left only stopped, for another that takes it, and once the status names it. */
  private static boolean mayMove(
      Wish wish, BladeView blade, PartitionIntent assigned, Fleet fleet) {
    return wish.intent().power() == Power.STOPPED
        && assigned.power() == Power.STOPPED
        && blade.name().equals(wish.lastBlade())
        && anywhere(wish, fleet) instanceof Assign;
  }

  /** A refused change still turns the power on and off: to stop a partition needs no room. */
  private static PlacementPlan refused(
      BladeView blade, PartitionIntent assigned, PartitionIntent kept, String message) {
    return assigned.equals(kept)
        ? new Settled(blade.name(), assigned, new Change.Refused(message))
        : new Assign(blade.name(), kept);
  }

  private static PlacementPlan anywhere(Wish wish, Fleet fleet) {
    var blades = fleet.blades();
    if (blades.isEmpty()) {
      return new NoPlace(
          LparReason.NO_BLADES,
          "there are no blades: label each Node that is to run partitions, kubectl label node NAME"
              + " lpar.dev/blade=");
    }
    var pin = wish.pin();
    if (pin != null && fleet.blade(pin).isEmpty()) {
      return new NoPlace(
          LparReason.BLADE_NOT_FOUND,
          "placement.blade names %s, and there is no such blade; there are %s"
              .formatted(pin, names(blades)));
    }
    var home = DeviceHome.of(wish, fleet, List.of());
    return home instanceof DeviceHome.Nowhere(var why) ? why : onOneOf(blades, wish, home);
  }

  private static PlacementPlan onOneOf(List<BladeView> blades, Wish wish, DeviceHome home) {
    var obstacles = new ArrayList<Obstacle>();
    var fits = new TreeMap<BladeView, PartitionIntent>(tightest(wish.intent()));
    for (var blade : blades) {
      var obstacle = obstacle(wish, blade, home);
      if (obstacle.isPresent()) {
        obstacles.add(obstacle.get());
        continue;
      }
      switch (DeviceClaims.choose(wish, blade, List.of())) {
        case Choice.Met(var devices) -> fits.put(blade, wish.intent().withDevices(devices));
        case Choice.Unmet(var reasons) -> obstacles.add(new Obstacle.DevicesLacking(reasons));
      }
    }
    return fits.isEmpty()
        ? new NoPlace(LparReason.NO_FIT, NoFit.describe(obstacles))
        : new Assign(fits.firstKey().name(), fits.firstEntry().getValue());
  }

  /** The blade that has the least memory to spare, so that large gaps stay for large partitions. */
  private static Comparator<BladeView> tightest(PartitionIntent intent) {
    return Comparator.comparing((BladeView blade) -> BladeRoom.of(blade).freeMemory(intent.pages()))
        .thenComparing(BladeView::name);
  }

  private static Optional<Obstacle> obstacle(Wish wish, BladeView blade, DeviceHome home) {
    if (home instanceof DeviceHome.On(var other, var need) && !other.equals(blade.name())) {
      return Optional.of(new Obstacle.DeviceElsewhere(need.passthroughDevice(), other));
    }
    var pin = wish.pin();
    if (pin != null && !pin.equals(blade.name())) {
      return Optional.of(new Obstacle.NotNamed(pin));
    }
    if (!wish.selects(blade)) {
      return Optional.of(new Obstacle.NotSelected());
    }
    if (blade.maintenance()) {
      return Optional.of(new Obstacle.InMaintenance());
    }
    if (blade.readiness() != Readiness.READY) {
      return Optional.of(new Obstacle.NotReady());
    }
    if (!blade.virtualizes()) {
      return Optional.of(new Obstacle.NoVirtualization());
    }
    return BladeRoom.of(blade).obstacle(wish.intent());
  }

  private static String names(List<BladeView> blades) {
    return blades.stream().map(BladeView::name).sorted().collect(Collectors.joining(", "));
  }
}
