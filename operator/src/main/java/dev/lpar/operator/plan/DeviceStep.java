package dev.lpar.operator.plan;

import dev.lpar.model.DeviceIdentity;

/** What is to be done about the PassthroughDevices that the operator makes. */
public sealed interface DeviceStep {

  /** One for a function that has none. */
  record Discover(String name, String kind, String blade, DeviceIdentity identity)
      implements DeviceStep {}

  /** One that stands for nothing, and that nobody cares for, goes. */
  record Forget(String name) implements DeviceStep {}
}
