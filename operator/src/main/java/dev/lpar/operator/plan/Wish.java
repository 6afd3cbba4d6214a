package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.model.PartitionIntent;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an Lpar asks for.
 *
 * @param intent without devices: they are chosen with the place
 * @param devices in the order of the spec
 * @param pin {@code placement.blade}
 * @param selector {@code placement.bladeSelector.matchLabels}
 * @param lastBlade the blade that the Lpar's status names: where the partition was last known to be
 * @param lastDevices the devices that the Lpar's status names: what it was last known to have there
 */
public record Wish(
    PartitionIntent intent,
    List<DeviceNeed> devices,
    @Nullable String pin,
    Map<String, String> selector,
    @Nullable String lastBlade,
    List<AttachedDevice> lastDevices) {

  public Wish {
    devices = List.copyOf(devices);
    selector = Map.copyOf(selector);
    lastDevices = List.copyOf(lastDevices);
  }

  /** Whether the placement rules out the blade. */
  boolean excludes(BladeView blade) {
    return (pin != null && !pin.equals(blade.name())) || !selects(blade);
  }

  boolean selects(BladeView blade) {
    return blade.labels().entrySet().containsAll(selector.entrySet());
  }
}
