package dev.lpar.operator.plan;

import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.operator.plan.DeviceNeed.Named;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the devices that an Lpar names make it live. */
sealed interface DeviceHome {
  /** It names none, or none that says where. */
  record Anywhere() implements DeviceHome {}

  /** On the blade of these, of which one is named. */
  record On(String blade, Named need) implements DeviceHome {}

  /** Nowhere: what is named can't be had together, whatever is free. */
  record Nowhere(NoPlace why) implements DeviceHome {}

  /**
   * @param held what the partition has already: of these nothing is asked
   */
  static DeviceHome of(Wish wish, Fleet fleet, List<DeviceIntent> held) {
    On home = null;
    for (var need : wish.devices()) {
      if (!(need instanceof Named named) || isHeld(named, held)) {
        continue;
      }
      var object = fleet.device(named.passthroughDevice()).orElse(null);
      if (object == null) {
        return nowhere(
            LparReason.DEVICE_NOT_FOUND,
            "%s: there is no such PassthroughDevice (kubectl get passthroughdevices)"
                .formatted(named.field()));
      }
      var here = new On(object.blade(), named);
      var problem = problem(here, home, wish.pin(), fleet);
      if (problem != null) {
        return problem;
      }
      home = here;
    }
    return Objects.requireNonNullElseGet(home, Anywhere::new);
  }

  private static @Nullable Nowhere problem(
      On here, @Nullable On before, @Nullable String pin, Fleet fleet) {
    var where = "%s is on %s".formatted(here.need().field(), here.blade());
    if (fleet.blade(here.blade()).isEmpty()) {
      return nowhere(
          LparReason.BLADE_NOT_FOUND,
          "%s, and there is no such blade (kubectl get blades)".formatted(where));
    }
    if (pin != null && !pin.equals(here.blade())) {
      return nowhere(
          LparReason.NO_FIT,
          "%s, and placement.blade is %s: name a device of that blade, or remove placement.blade"
              .formatted(where, pin));
    }
    if (before != null && !before.blade().equals(here.blade())) {
      return nowhere(
          LparReason.NO_FIT,
          "%s and %s is on %s: a partition lives on one blade"
              .formatted(where, before.need().field(), before.blade()));
    }
    return null;
  }

  private static Nowhere nowhere(LparReason reason, String message) {
    return new Nowhere(new NoPlace(reason, message));
  }

  private static boolean isHeld(Named need, List<DeviceIntent> held) {
    return held.stream()
        .anyMatch(
            device ->
                device.name().equals(need.name())
                    && device.passthroughDevice().equals(need.passthroughDevice()));
  }
}
