package dev.lpar.operator.plan;

import dev.lpar.model.DeviceIdentity;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A PassthroughDevice, as it was declared or discovered.
 *
 * @param blade {@code spec.blade}
 * @param allowedNamespaces empty: all
 * @param virtualFunctions how many it is to have; null: as it has
 * @param declared whether anybody but the operator has a say in its spec
 * @param discovered whether the operator made it
 */
public record DeviceObject(
    String name,
    Map<String, String> labels,
    String blade,
    DeviceIdentity identity,
    boolean assignable,
    List<String> allowedNamespaces,
    @Nullable Integer virtualFunctions,
    boolean declared,
    boolean discovered,
    Instant created) {

  /** Of two objects that mean one device, the first by this order stands for it. */
  static final Comparator<DeviceObject> PRECEDENCE =
      Comparator.comparing(DeviceObject::declared)
          .reversed()
          .thenComparing(DeviceObject::created)
          .thenComparing(DeviceObject::name);

  public DeviceObject {
    labels = Map.copyOf(labels);
    allowedNamespaces = List.copyOf(allowedNamespaces);
  }

  boolean offeredTo(String namespace) {
    return allowedNamespaces.isEmpty() || allowedNamespaces.contains(namespace);
  }
}
