package dev.lpar.chart;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.Lpar;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.function.Consumer;

/** The calls that agents and operators make, or must not make, on a small cluster of two blades. */
final class Calls {
  static final String OWN = "blade-a";
  static final String OTHER = "blade-b";
  static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
  static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager("lpar-agent")
          .withForce(true)
          .build();

  private Calls() {}

  static Resource<Blade> blade(KubernetesClient client, String name) {
    return client.resources(Blade.class).withName(name);
  }

  static Resource<Lpar> lpar(KubernetesClient client) {
    return client.resources(Lpar.class).inNamespace("default").withName("ledger");
  }

  /** To apply, not to merge: this client reads before it merges, which would be refused first. */
  static Lpar ledger() {
    var lpar = new Lpar();
    lpar.setMetadata(new ObjectMetaBuilder().withName("ledger").withNamespace("default").build());
    return lpar;
  }

  static Node node() {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(OWN)
        .addToLabels("lpar.dev/blade", "")
        .endMetadata()
        .build();
  }

  static Consumer<KubernetesClient> stop(String name) {
    return client ->
        client
            .resources(Lpar.class)
            .inNamespace("default")
            .withName(name)
            .patch(MERGE, "{\"spec\":{\"powerState\":\"Stopped\"}}");
  }

  static Consumer<KubernetesClient> status(String name) {
    return client ->
        blade(client, name)
            .subresource("status")
            .patch(MERGE, "{\"status\":{\"agentVersion\":\"0.0.0\"}}");
  }

  static void applyStatus(KubernetesClient client, String name) {
    blade(client, name)
        .subresource("status")
        .patch(
            APPLY,
            """
            {"apiVersion":"lpar.dev/v1alpha1","kind":"Blade","metadata":{"name":"%s"},"status":{"agentVersion":"0.0.1"}}
            """
                .formatted(name));
  }

  static void updateStatus(KubernetesClient client) {
    client.resource(blade(client, OWN).get()).updateStatus();
  }

  static Resource<Lease> leaseOf(KubernetesClient client, String name) {
    return client.leases().inNamespace(Chart.NAMESPACE).withName(name);
  }

  static void apply(KubernetesClient client, String name) {
    client.resource(lease(name, Chart.NAMESPACE)).patch(APPLY);
  }

  static void patchLease(KubernetesClient client, String name) {
    leaseOf(client, name).patch(MERGE, "{\"spec\":{\"holderIdentity\":\"me\"}}");
  }

  static Lease lease(String name, String namespace) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(namespace)
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity("somebody")
        .endSpec()
        .build();
  }

  static Lease generatedLease() {
    return new LeaseBuilder()
        .withNewMetadata()
        .withGenerateName("lpar-blade-blade-")
        .withNamespace(Chart.NAMESPACE)
        .endMetadata()
        .build();
  }
}
