package dev.lpar.api.v1alpha1;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** The schema of a kind, as it is in the chart. */
record CrdSchemas(CustomResourceDefinition crd) {
  static CrdSchemas of(String kind) throws Exception {
    var file = Path.of("../helm/lpar-operator/crds", kind.toLowerCase() + "s.lpar.dev-v1.yml");
    return new CrdSchemas(
        new KubernetesSerialization()
            .unmarshal(Files.readString(file), CustomResourceDefinition.class));
  }

  JSONSchemaProps root() {
    return crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
  }

  /** Visits every field below a top-level one, and it: {@code spec.disks[].name} and so on. */
  void visit(String field, BiConsumer<String, JSONSchemaProps> visitor) {
    visit(field, root().getProperties().get(field), visitor);
  }

  private static void visit(
      String path, JSONSchemaProps schema, BiConsumer<String, JSONSchemaProps> visitor) {
    visitor.accept(path, schema);
    var inner = schema.getItems() == null ? schema : schema.getItems().getSchema();
    var prefix = schema.getItems() == null ? path : path + "[]";
    if (inner.getProperties() != null) {
      inner.getProperties().forEach((name, child) -> visit(prefix + "." + name, child, visitor));
    }
  }

  /** The fields that have no fields of their own. */
  List<String> leaves(String field) {
    var leaves = new ArrayList<String>();
    visit(
        field,
        (path, schema) -> {
          var inner = schema.getItems() == null ? schema : schema.getItems().getSchema();
          if (inner.getProperties() == null || inner.getProperties().isEmpty()) {
            leaves.add(path);
          }
        });
    return leaves;
  }
}
