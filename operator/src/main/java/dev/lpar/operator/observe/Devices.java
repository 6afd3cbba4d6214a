package dev.lpar.operator.observe;

import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.operator.apply.FieldManagers;
import dev.lpar.operator.plan.DeviceDiscovery;
import dev.lpar.operator.plan.DeviceObject;
import dev.lpar.operator.plan.StatusCondition;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a {@link PassthroughDevice}. */
public final class Devices {
  private static final String APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private Devices() {}

  public static DeviceObject object(PassthroughDevice device) {
    var meta = device.getMetadata();
    var spec = device.getSpec();
    var labels = Optional.ofNullable(meta.getLabels()).orElse(Map.of());
    boolean discovered = labels.containsKey(DeviceDiscovery.DISCOVERED_LABEL);
    return new DeviceObject(
        meta.getName(),
        labels,
        spec.blade(),
        spec.identity().toModel(),
        Boolean.TRUE.equals(spec.assignable()),
        Optional.ofNullable(spec.allowedNamespaces()).orElse(List.of()),
        spec.virtualFunctions(),
        !discovered
            || spec.assignable() != null
            || spec.virtualFunctions() != null
            || hasOtherAuthors(device),
        discovered,
        Optional.ofNullable(meta.getCreationTimestamp()).map(Instant::parse).orElse(Instant.MAX));
  }

  public static List<StatusCondition> conditions(PassthroughDevice device) {
    var status = device.getStatus();
    return Conditions.read(status == null ? null : status.conditions());
  }

  /**
   * Whether anybody but the operator owns a field of the spec, or applies it from a manifest:
   * kubectl owns no field that was so before, yet would bring the object back.
   */
  private static boolean hasOtherAuthors(PassthroughDevice device) {
    var meta = device.getMetadata();
    var annotations = Optional.ofNullable(meta.getAnnotations()).orElse(Map.of());
    return annotations.containsKey(APPLIED)
        || meta.getManagedFields().stream()
            .filter(entry -> !FieldManagers.DISCOVERY.equals(entry.getManager()))
            .anyMatch(Devices::ownsSpec);
  }

  private static boolean ownsSpec(ManagedFieldsEntry entry) {
    var fields = entry.getFieldsV1();
    return fields != null && fields.getAdditionalProperties().containsKey("f:spec");
  }
}
