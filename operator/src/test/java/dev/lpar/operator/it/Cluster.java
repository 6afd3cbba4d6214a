package dev.lpar.operator.it;

import static org.awaitility.Awaitility.await;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What the tests do to the cluster, and what they look at. */
final class Cluster {
  /** Far more than anything here takes: a bound against hanging, not a measure. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  static final String NAMESPACE = "payments";

  private Cluster() {}

  static KubernetesClient client() {
    return ApiServer.get().client();
  }

  static void addNode(String name, Map<String, String> labels) {
    var all = new TreeMap<>(labels);
    all.put("lpar.dev/blade", "");
    client()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(all)
                .endMetadata()
                .build())
        .create();
    await("Blade " + name).atMost(PATIENCE).until(() -> blade(name) != null);
  }

  static void removeNode(String name) {
    client().nodes().withName(name).delete();
  }

  /** Removes the Node and waits until its Blade has gone too. */
  static void retire(String name) {
    removeNode(name);
    await("end of Blade " + name).atMost(PATIENCE).until(() -> blade(name) == null);
  }

  static Blade blade(String name) {
    return client().resources(Blade.class).withName(name).get();
  }

  static void awaitReady(String blade) {
    await("Ready of Blade " + blade)
        .atMost(PATIENCE)
        .until(
            () ->
                blade(blade) != null
                    && blade(blade).getStatus() != null
                    && blade(blade).getStatus().conditions() != null
                    && blade(blade).getStatus().conditions().stream()
                        .anyMatch(c -> c.getStatus().equals("True")));
  }

  /** An Lpar with a name, and what follows in its spec, as YAML. */
  static Lpar create(String name, String spec) {
    return client().resource(manifest(name, spec)).create();
  }

  static Lpar manifest(String name, String spec) {
    var yaml =
        "apiVersion: lpar.dev/v1alpha1\nkind: Lpar\nmetadata: { namespace: %s, name: %s }\nspec:\n%s"
            .formatted(NAMESPACE, name, spec.indent(2));
    return client().getKubernetesSerialization().unmarshal(yaml, Lpar.class);
  }

  static String direct(String cpu, String memory) {
    return """
    cpu: %s
    memory: %s
    firmware: Direct
    directBoot: { kernel: /boot/lpar/vmlinuz }
    """
        .formatted(cpu, memory);
  }

  static String shared(int ratio, String memory) {
    return direct(
        "{ vcpus: 8, mode: Shared, serviceRatio: %d }".formatted(ratio),
        "{ size: %s, pageSize: 4Ki }".formatted(memory));
  }

  static Lpar lpar(String name) {
    return client().resources(Lpar.class).inNamespace(NAMESPACE).withName(name).get();
  }

  /** Changes the spec as a user does: a merge patch. */
  static Lpar patchSpec(String name, String json) {
    return client()
        .resources(Lpar.class)
        .inNamespace(NAMESPACE)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":" + json + "}");
  }

  static void delete(String name) {
    client().resources(Lpar.class).inNamespace(NAMESPACE).withName(name).delete();
  }

  static Lpar awaitLpar(String what, String name, Predicate<Lpar> condition) {
    await("%s of Lpar %s".formatted(what, name))
        .atMost(PATIENCE)
        .until(
            () -> {
              var lpar = lpar(name);
              return lpar != null && lpar.getStatus() != null && condition.test(lpar);
            });
    return lpar(name);
  }

  /** Waits until the condition has this status and reason. */
  static Lpar awaitCondition(String name, String type, String status, String reason) {
    return awaitLpar(
        "%s=%s (%s)".formatted(type, status, reason),
        name,
        lpar -> {
          var condition = condition(lpar, type);
          return condition.getStatus().equals(status) && condition.getReason().equals(reason);
        });
  }

  static void awaitGone(String name) {
    await("end of Lpar " + name).atMost(PATIENCE).until(() -> lpar(name) == null);
  }

  static Condition condition(Lpar lpar, String type) {
    return condition(lpar.getStatus().conditions(), type);
  }

  static Condition condition(PassthroughDevice device, String type) {
    return condition(device.getStatus().conditions(), type);
  }

  static Condition condition(List<Condition> conditions, String type) {
    return conditions.stream().filter(c -> c.getType().equals(type)).findFirst().orElseThrow();
  }

  /** The blades whose spec lists the Lpar. */
  static List<String> bladesOf(Lpar lpar) {
    return client().resources(Blade.class).list().getItems().stream()
        .filter(
            blade ->
                blade.getSpec().partitions() != null
                    && blade.getSpec().partitions().stream()
                        .anyMatch(p -> p.id().equals(lpar.getMetadata().getUid())))
        .map(blade -> blade.getMetadata().getName())
        .toList();
  }
}
