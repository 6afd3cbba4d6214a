package dev.lpar.api.v1alpha1;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes docs/reference/api.md from the chart's CRDs, so that the page says what the API server
 * says.
 */
final class ApiReference {
  private static final String HEAD =
      """
      <!-- Made from the CRDs of the chart; mvn -pl crds test -Dtest=CrdDriftTest -Dlpar.crds.write=true writes it anew. -->
      # API reference: lpar.dev/v1alpha1

      Every field of every kind, as `kubectl explain` shows it too. A field that isn't here is refused, not ignored. No default is
      written into a `spec`: what you applied is what is stored, and `status` shows the values in force.
      Manifests to start from are in [docs/examples](../examples).
      """;

  private final StringBuilder page = new StringBuilder(HEAD);

  private ApiReference() {}

  static String page() throws Exception {
    var reference = new ApiReference();
    for (var kind : List.of("Lpar", "Blade", "PassthroughDevice", "ExitTrace")) {
      reference.kind(CrdSchemas.of(kind));
    }
    return reference.page.toString();
  }

  private void kind(CrdSchemas schemas) {
    var spec = schemas.crd().getSpec();
    var names = spec.getNames();
    line("");
    line("## " + names.getKind());
    line("");
    line(schemas.root().getDescription());
    line("");
    line(
        "%s; `kubectl get %s`, in short `%s`. Columns: %s."
            .formatted(
                spec.getScope(),
                names.getPlural(),
                names.getShortNames().getFirst(),
                columns(spec.getVersions().getFirst().getAdditionalPrinterColumns())));
    for (var part : List.of("spec", "status")) {
      fields(schemas, part);
    }
    rules(schemas);
  }

  private static String columns(List<CustomResourceColumnDefinition> columns) {
    return columns.stream()
        .map(column -> column.getName() + (column.getPriority() > 0 ? " (with -o wide)" : ""))
        .collect(Collectors.joining(", "));
  }

  private void fields(CrdSchemas schemas, String part) {
    line("");
    line("### " + schemas.crd().getSpec().getNames().getKind() + "." + part);
    line("");
    line(schemas.root().getProperties().get(part).getDescription());
    line("");
    line("| field | type | |");
    line("|---|---|---|");
    var required = new LinkedHashSet<String>();
    schemas.visit(
        part,
        (path, schema) -> {
          var inner = schema.getItems() == null ? schema : schema.getItems().getSchema();
          inner.getRequired().forEach(name -> required.add(below(path, schema) + "." + name));
          if (!path.equals(part)) {
            line(
                "| `%s` | %s | %s |"
                    .formatted(
                        path.substring(part.length() + 1),
                        String.join(", ", type(schema, required.contains(path))),
                        schema.getDescription().replace("|", "\\|")));
          }
        });
  }

  private static String below(String path, JSONSchemaProps schema) {
    return schema.getItems() == null ? path : path + "[]";
  }

  private static List<String> type(JSONSchemaProps schema, boolean required) {
    var words = new ArrayList<String>();
    if (schema.getItems() != null) {
      words.add("list of " + schema.getItems().getSchema().getType());
    } else if (schema.getAdditionalProperties() != null) {
      words.add("map to " + schema.getAdditionalProperties().getSchema().getType());
    } else if (schema.getEnum().isEmpty()) {
      words.add(schema.getType());
    } else {
      words.add(
          schema.getEnum().stream()
              .map(value -> "`" + value.asText() + "`")
              .collect(Collectors.joining(" or ")));
    }
    if (required) {
      words.add("**required**");
    }
    if (schema.getMinimum() != null || schema.getMaximum() != null) {
      words.add(
          schema.getMaximum() == null
              ? "at least %.0f".formatted(schema.getMinimum())
              : "%.0f to %.0f".formatted(schema.getMinimum(), schema.getMaximum()));
    }
    if (schema.getMaxLength() != null) {
      words.add("at most " + schema.getMaxLength() + " characters");
    }
    if (schema.getMaxItems() != null) {
      words.add("at most " + schema.getMaxItems());
    }
    return words;
  }

  private void rules(CrdSchemas schemas) {
    var messages = new LinkedHashSet<String>();
    schemas.root().getXKubernetesValidations().forEach(rule -> messages.add(rule.getMessage()));
    schemas.visit(
        "spec",
        (path, schema) -> {
          schema.getXKubernetesValidations().forEach(rule -> messages.add(rule.getMessage()));
          if (schema.getItems() != null) {
            schema
                .getItems()
                .getSchema()
                .getXKubernetesValidations()
                .forEach(rule -> messages.add(rule.getMessage()));
          }
        });
    line("");
    line("Refused, with these words:");
    line("");
    messages.forEach(message -> line("- " + message));
  }

  private void line(String text) {
    page.append(text).append('\n');
  }
}
