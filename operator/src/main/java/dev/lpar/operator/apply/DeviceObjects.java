package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.ApiGroup;
import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.api.v1alpha1.PassthroughDeviceSpec;
import dev.lpar.operator.observe.Devices;
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

  /** Statuses change while a blade goes, and with them what is to be removed. */
  private static final int ATTEMPTS = 10;

  private final KubernetesClient client;

  public DeviceObjects(KubernetesClient client) {
    this.client = client;
  }

  /**
   * @param cached the objects that the steps were planned on
   * @return false if one has changed since and stays for now, so that it must be looked at again
   */
  public boolean carryOut(List<DeviceStep> steps, List<PassthroughDevice> cached) {
    boolean done = true;
    for (var step : steps) {
      switch (step) {
        case Discover discover -> {
          // The cache may be behind: nothing is made for a blade that has just gone.
          if (client.resources(Blade.class).withName(discover.blade()).get() != null) {
            create(discover);
          }
        }
        case Forget(var name) -> {
          for (var device : cached) {
            done &= !device.getMetadata().getName().equals(name) || delete(device);
          }
        }
      }
    }
    return done;
  }

  /** Removes those of a blade that is gone for good, but for what administrators care for. */
  public void forgetAllOf(String blade) {
    boolean done = false;
    for (int attempt = 0; attempt < ATTEMPTS && !done; attempt++) {
      done =
          client.resources(PassthroughDevice.class).list().getItems().stream()
              .filter(device -> device.getSpec().blade().equals(blade))
              .filter(device -> !Devices.object(device).declared())
              .map(this::delete)
              .reduce(true, Boolean::logicalAnd);
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
            step.blade(), PassthroughDeviceSpec.Identity.of(step.identity()), null, null, null));
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
  private boolean delete(PassthroughDevice device) {
    var name = device.getMetadata().getName();
    try {
      client.resource(device).lockResourceVersion().delete();
      LOG.infof("PassthroughDevice %s removed: its device is gone, or known by another", name);
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.debugf("PassthroughDevice %s has changed: not removed", name);
      return false;
    }
  }
}
