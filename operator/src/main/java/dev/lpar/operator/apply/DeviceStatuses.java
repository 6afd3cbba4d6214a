package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.api.v1alpha1.PassthroughDeviceStatus;
import dev.lpar.operator.observe.Conditions;
import dev.lpar.operator.plan.DeviceMatcher.Match;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import jakarta.inject.Singleton;

/** Writes the status of a PassthroughDevice when it differs from the one there is. */
@Singleton
public class DeviceStatuses {

  public void write(PassthroughDevice device, Match match, Context<PassthroughDevice> context) {
    var found = match.device();
    var conditions = Conditions.write(match.conditions());
    long generation = device.getMetadata().getGeneration();
    var status =
        found == null
            ? new PassthroughDeviceStatus(
                generation, null, null, null, null, null, null, null, null, conditions)
            : new PassthroughDeviceStatus(
                generation,
                found.address(),
                found.iommuGroup(),
                null,
                found.description(),
                new PassthroughDeviceStatus.Driver(null, found.driver()),
                found.numaNode(),
                found.resetMethods(),
                null,
                conditions);
    if (status.equals(device.getStatus())) {
      return;
    }
    var fresh = new PassthroughDevice();
    fresh.setMetadata(new ObjectMetaBuilder().withName(device.getMetadata().getName()).build());
    fresh.setStatus(status);
    PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(device, fresh, context);
  }
}
