package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import org.jboss.logging.Logger;

/** Writes the operator's parts of a Blade's spec, each by a field manager of its own. */
final class BladeSpecs {
  private static final Logger LOG = Logger.getLogger(BladeSpecs.class);

  private BladeSpecs() {}

  /**
   * Writes unless the blade has changed since it was read.
   *
   * @param part all that the field manager owns
   * @return false if it has changed, so that it must be looked at again
   */
  static boolean write(KubernetesClient client, Blade read, BladeSpec part, String manager) {
    var name = read.getMetadata().getName();
    var blade = new Blade();
    blade.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withResourceVersion(read.getMetadata().getResourceVersion())
            .build());
    blade.setSpec(part);
    try {
      client.resource(blade).patch(FieldManagers.applyAs(manager));
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.debugf("%s changed since it was read: reading again", name);
      return false;
    }
  }
}
