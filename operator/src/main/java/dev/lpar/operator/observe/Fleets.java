package dev.lpar.operator.observe;

import static java.util.stream.Collectors.groupingBy;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.api.v1alpha1.BladeStatus;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.operator.plan.BladeInventory;
import dev.lpar.operator.plan.DeviceObject;
import dev.lpar.operator.plan.Fleet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads Blades and PassthroughDevices together. */
public final class Fleets {
  private Fleets() {}

  public static Fleet of(List<Blade> blades, List<PassthroughDevice> devices) {
    var objects = devices.stream().map(Devices::object).toList();
    var byBlade = objects.stream().collect(groupingBy(DeviceObject::blade));
    return new Fleet(
        blades.stream()
            .map(
                blade ->
                    Blades.view(
                        blade, byBlade.getOrDefault(blade.getMetadata().getName(), List.of())))
            .toList(),
        objects);
  }

  /**
   * What a blade reports of its devices, and is told of them. A blade without a single PCI
   * function, bridges included, doesn't exist: an empty list is an agent that hasn't looked yet.
   *
   * @param objects those of this blade
   */
  public static BladeInventory inventory(
      String name, Optional<Blade> blade, List<DeviceObject> objects) {
    return new BladeInventory(
        name,
        blade.map(Fleets::reported).orElse(null),
        objects,
        blade.map(Blades::virtualFunctions).orElse(List.of()));
  }

  /** The devices that the blade's agent told of; null until it has acted on the Blade's spec. */
  public static @Nullable List<BladeDevice> reported(Blade blade) {
    return Blades.status(blade)
        .filter(reported -> reported.observedGeneration() != null)
        .map(BladeStatus::devices)
        .filter(devices -> !devices.isEmpty())
        .orElse(null);
  }
}
