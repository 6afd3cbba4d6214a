package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpecBuilder;
import dev.lpar.api.v1alpha1.BladeStatusBuilder;
import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.operator.observe.Blades;
import dev.lpar.operator.observe.Conditions;
import dev.lpar.operator.observe.Lpars;
import dev.lpar.operator.plan.BladeReason;
import dev.lpar.operator.plan.StatusCondition;
import dev.lpar.operator.plan.StatusCondition.Truth;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/** Makes, marks and removes Blade objects; what they are told to run is {@link Places}' matter. */
@Singleton
public class BladeObjects {
  private static final Logger LOG = Logger.getLogger(BladeObjects.class);

  private final KubernetesClient client;
  private final DeviceObjects devices;

  public BladeObjects(KubernetesClient client, DeviceObjects devices) {
    this.client = client;
    this.devices = devices;
  }

  /** Makes the Node's Blade, or brings its labels up to date; an equal one stays untouched. */
  public void mirror(Node node) {
    var blade = new Blade();
    blade.setMetadata(
        new ObjectMetaBuilder()
            .withName(node.getMetadata().getName())
            .withLabels(node.getMetadata().getLabels())
            .build());
    blade.setSpec(BladeSpecBuilder.builder().build());
    client.resource(blade).patch(FieldManagers.applyAs(FieldManagers.NODE_MIRROR));
  }

  /** Says that nothing is known of the blade; what its agent last reported stays. */
  public void declareSilent(Blade read, String message, Instant now) {
    var blade = new Blade();
    blade.setMetadata(new ObjectMetaBuilder().withName(read.getMetadata().getName()).build());
    var silent =
        new StatusCondition(
            Blades.READY,
            Truth.UNKNOWN,
            BladeReason.AGENT_SILENT.word(),
            message,
            read.getMetadata().getGeneration(),
            now);
    blade.setStatus(
        BladeStatusBuilder.builder().conditions(Conditions.write(List.of(silent))).build());
    client
        .resource(blade)
        .subresource("status")
        .patch(FieldManagers.applyAs(FieldManagers.OPERATOR));
    LOG.infof("Blade %s: %s", read.getMetadata().getName(), message);
  }

  /**
   * Removes the object, and those of its devices that nobody has declared, unless it has changed
   * since it was read.
   *
   * @return false if it must stay for now: an Lpar's status names it, so the Lpar's last word on
   *     its partition is still to be read from it
   */
  public boolean retire(Blade blade) {
    var name = blade.getMetadata().getName();
    if (client.resources(Lpar.class).inAnyNamespace().list().getItems().stream()
        .anyMatch(lpar -> name.equals(Lpars.lastBlade(lpar)))) {
      return false;
    }
    try {
      client.resource(blade).lockResourceVersion().delete();
      devices.forgetAllOf(name);
      LOG.infof("Blade %s retired: its Node is gone", name);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.debugf("Blade %s has changed: not retired", name);
    }
    return true;
  }
}
