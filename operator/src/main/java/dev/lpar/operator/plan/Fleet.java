package dev.lpar.operator.plan;

import java.util.List;
import java.util.Optional;

/**
 * All blades, and all PassthroughDevices, also those of blades that don't exist.
 *
 * @param blades each with the devices that are its own
 */
public record Fleet(List<BladeView> blades, List<DeviceObject> devices) {
  public Fleet {
    blades = List.copyOf(blades);
    devices = List.copyOf(devices);
  }

  Optional<BladeView> blade(String name) {
    return blades.stream().filter(blade -> blade.name().equals(name)).findFirst();
  }

  Optional<DeviceObject> device(String name) {
    return devices.stream().filter(device -> device.name().equals(name)).findFirst();
  }
}
