package dev.lpar.operator.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.operator.plan.BladeView.Readiness;
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
  public static PlacementPlan plan(Wish wish, List<BladeView> blades) {
    var id = wish.intent().id();
    for (var blade : blades) {
      var assigned = blade.assignment(id);
      if (assigned.isPresent()) {
        return whereItIs(wish, blade, assigned.get(), blades);
      }
    }
    var last = wish.lastBlade();
    if (last != null) {
      var blade = named(last, blades);
      if (blade == null) {
        return new BladeLost(last);
      }
      if (blade.mayStillRun(id)) {
        // Its place was taken from it (a Blade made anew, say): it goes back where it may run.
        return wish.excludes(blade) ? new Leaving(last) : new Assign(last, wish.intent());
      }
    }
    return anywhere(wish, blades);
  }

  /** The plan for a partition that is to go: it stands as Gone when nothing of it is left. */
  public static PlacementPlan release(
      LparId id, @Nullable String lastBlade, List<BladeView> blades) {
    for (var blade : blades) {
      var assigned = blade.assignment(id);
      if (assigned.isPresent()) {
        // The status names the blade first: a restart in between must not lose where it was.
        return blade.name().equals(lastBlade)
            ? new Withdraw(blade.name(), id)
            : new Settled(blade.name(), assigned.get(), new Change.None());
      }
    }
    for (var blade : blades) {
      if (blade.reports().containsKey(id)) {
        return new Leaving(blade.name());
      }
    }
    if (lastBlade == null) {
      return new Gone();
    }
    var blade = named(lastBlade, blades);
    if (blade == null) {
      return new BladeLost(lastBlade);
    }
    return blade.mayStillRun(id) ? new Leaving(lastBlade) : new Gone();
  }

  private static PlacementPlan whereItIs(
      Wish wish, BladeView blade, PartitionIntent assigned, List<BladeView> blades) {
    var wanted = wish.intent();
    if (!assigned.equals(wanted)) {
      var obstacle = BladeRoom.without(blade, wanted.id()).obstacle(assigned, wanted);
      if (obstacle.isEmpty()) {
        return new Assign(blade.name(), wanted);
      }
      return refused(blade, assigned, wanted, obstacle.get());
    }
    if (!wish.excludes(blade)) {
      return new Settled(blade.name(), assigned, new Change.None());
    }
    if (wanted.power() != Power.STOPPED || !blade.name().equals(wish.lastBlade())) {
      return new Settled(blade.name(), assigned, new Change.MoveWhenStopped());
    }
    return anywhere(wish, blades) instanceof NoPlace(var _, var message)
        ? new Settled(blade.name(), assigned, new Change.Refused("it can't move: " + message))
        : new Withdraw(blade.name(), wanted.id());
  }

  /** A refused change still turns the power on and off: to stop a partition needs no room. */
  private static PlacementPlan refused(
      BladeView blade, PartitionIntent assigned, PartitionIntent wanted, Obstacle obstacle) {
    if (assigned.power() != wanted.power()) {
      return new Assign(blade.name(), assigned.withPower(wanted.power()));
    }
    return new Settled(
        blade.name(),
        assigned,
        new Change.Refused("%s %s".formatted(blade.name(), NoFit.describe(obstacle))));
  }

  private static PlacementPlan anywhere(Wish wish, List<BladeView> blades) {
    if (blades.isEmpty()) {
      return new NoPlace(
          LparReason.NO_BLADES,
          "there are no blades: label each Node that is to run partitions, kubectl label node NAME"
              + " lpar.dev/blade=");
    }
    var pin = wish.pin();
    if (pin != null && named(pin, blades) == null) {
      return new NoPlace(
          LparReason.BLADE_NOT_FOUND,
          "placement.blade names %s, and there is no such blade; there are %s"
              .formatted(pin, names(blades)));
    }
    var obstacles = new ArrayList<Obstacle>();
    var fits = new ArrayList<BladeView>();
    for (var blade : blades) {
      obstacle(wish, blade).ifPresentOrElse(obstacles::add, () -> fits.add(blade));
    }
    return fits.stream()
        .min(tightest(wish.intent()))
        .<PlacementPlan>map(blade -> new Assign(blade.name(), wish.intent()))
        .orElseGet(() -> new NoPlace(LparReason.NO_FIT, NoFit.describe(obstacles)));
  }

  /** The blade that has the least memory to spare, so that large gaps stay for large partitions. */
  private static Comparator<BladeView> tightest(PartitionIntent intent) {
    return Comparator.comparing((BladeView blade) -> BladeRoom.of(blade).freeMemory(intent.pages()))
        .thenComparing(BladeView::name);
  }

  private static Optional<Obstacle> obstacle(Wish wish, BladeView blade) {
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

  private static @Nullable BladeView named(String name, List<BladeView> blades) {
    return blades.stream().filter(blade -> blade.name().equals(name)).findFirst().orElse(null);
  }

  private static String names(List<BladeView> blades) {
    return blades.stream().map(BladeView::name).sorted().collect(Collectors.joining(", "));
  }
}
