package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.ApiGroup;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.api.v1alpha1.PassthroughDeviceSpec;
import dev.lpar.operator.plan.DeviceDiscovery;
import dev.lpar.operator.plan.DeviceStep;
import dev.lpar.operator.plan.DeviceStep.Discover;
import dev.lpar.operator.plan.DeviceStep.Forget;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/** Makes and removes the PassthroughDevices of devices that nobody has declared. */
@Singleton
public class DeviceObjects {
  private static final Logger LOG = Logger.getLogger(DeviceObjects.class);

  /** A create, never an apply: where the name is taken by then, nothing is written. */
  private static final String CREATE =
      "/apis/%s/%s/passthroughdevices?fieldManager=%s&fieldValidation=Strict"
          .formatted(ApiGroup.NAME, ApiGroup.VERSION, FieldManagers.DISCOVERY);

  private final KubernetesClient client;

  public DeviceObjects(KubernetesClient client) {
    this.client = client;
  }

  /**
   * @param cached the objects that the steps were planned on
   */
  public void carryOut(List<DeviceStep> steps, List<PassthroughDevice> cached) {
    for (var step : steps) {
      switch (step) {
        case Discover discover -> create(discover);
        case Forget(var name) ->
            cached.stream()
                .filter(device -> device.getMetadata().getName().equals(name))
                .forEach(this::delete);
      }
    }
  }

  private void create(Discover step) {
    var device = new PassthroughDevice();
    device.setMetadata(
        new ObjectMetaBuilder()
            .withName(step.name())
            .withLabels(
                Map.of(
                    DeviceDiscovery.CLASS_LABEL, step.kind(), DeviceDiscovery.DISCOVERED_LABEL, ""))
            .build());
    device.setSpec(
        new PassthroughDeviceSpec(
            step.blade(), PassthroughDeviceSpec.Identity.of(step.identity()), null, null));
    try {
      client.raw(CREATE, "POST", device);
      LOG.infof("PassthroughDevice %s discovered: %s", step.name(), step.identity());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.debugf("PassthroughDevice %s is there already", step.name());
    }
  }

  /** Unless it has changed since it was read: an administrator may have declared it meanwhile. */
  private void delete(PassthroughDevice device) {
    var name = device.getMetadata().getName();
    try {
      client.resource(device).lockResourceVersion().delete();
      LOG.infof("PassthroughDevice %s removed: its device is gone, or known by another", name);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.debugf("PassthroughDevice %s has changed: not removed", name);
    }
  }
}
