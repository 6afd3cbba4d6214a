package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.api.v1alpha1.PassthroughDeviceStatus;
import dev.lpar.api.v1alpha1.PassthroughDeviceStatus.Claim;
import dev.lpar.api.v1alpha1.PassthroughDeviceStatus.Driver;
import dev.lpar.api.v1alpha1.PassthroughDeviceStatus.VirtualFunctions;
import dev.lpar.operator.observe.Conditions;
import dev.lpar.operator.plan.DeviceProjector.Projection;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes the status of a PassthroughDevice when it differs from the one there is. */
@Singleton
public class DeviceStatuses {

  /**
   * @param claim of the partition that has the device; null when none has
   */
  public void write(
      PassthroughDevice device,
      Projection projection,
      @Nullable Claim claim,
      Context<PassthroughDevice> context) {
    var status = status(device.getMetadata().getGeneration(), projection, claim);
    if (status.equals(device.getStatus())) {
      return;
    }
    var fresh = new PassthroughDevice();
    fresh.setMetadata(new ObjectMetaBuilder().withName(device.getMetadata().getName()).build());
    fresh.setStatus(status);
    PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(device, fresh, context);
  }

  private static PassthroughDeviceStatus status(
      long generation, Projection projection, @Nullable Claim claim) {
    var conditions = Conditions.write(projection.conditions());
    var found = projection.device();
    return found == null
        ? new PassthroughDeviceStatus(
            generation, null, null, null, null, null, null, null, claim, null, conditions)
        : new PassthroughDeviceStatus(
            generation,
            found.address(),
            found.iommuGroup(),
            orNull(projection.groupMembers()),
            found.description(),
            driver(found),
            found.numaNode(),
            orNull(found.resetMethods()),
            claim,
            virtualFunctions(found),
            conditions);
  }

  private static @Nullable VirtualFunctions virtualFunctions(BladeDevice found) {
    var total = found.totalVirtualFunctions();
    return total == null
        ? null
        : new VirtualFunctions(total, Objects.requireNonNullElse(found.virtualFunctions(), 0));
  }

  private static @Nullable Driver driver(BladeDevice found) {
    var host = found.nativeDriver() == null ? found.driver() : found.nativeDriver();
    return host == null && found.driver() == null ? null : new Driver(host, found.driver());
  }

  /** An empty list isn't stored, and so isn't there when the status is read. */
  private static @Nullable List<String> orNull(@Nullable List<String> list) {
    return list == null || list.isEmpty() ? null : list;
  }
}
