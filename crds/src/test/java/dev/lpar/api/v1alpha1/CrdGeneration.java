package dev.lpar.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Makes the CRDs of the chart from the API types. What annotations can't say (list keys, which make
 * server-side apply merge by name; required top-level fields; descriptions of foreign types) is
 * added here.
 *
 * <p>Run {@code mvn -pl crds test -Dtest=CrdDriftTest -Dlpar.crds.write=true} after a change of the
 * types.
 */
final class CrdGeneration {
  private static final Map<String, String> KINDS =
      Map.of(
          "Lpar",
          "A logical partition of a blade server: a guest that owns, or shares by weight, real processors,"
              + " memory and disks.",
          "Blade",
          "A blade server, named as its Node: what it has, what it keeps for itself, and the partitions it runs.",
          "PassthroughDevice",
          "A PCI device of a blade, known by what it is, not by where it sits today.",
          "ExitTrace",
          "One partition's VM exits in sequence, recorded once and for a bounded time.");

  private static final Map<String, Class<? extends HasMetadata>> TYPES =
      Map.of(
          "Lpar",
          Lpar.class,
          "Blade",
          Blade.class,
          "PassthroughDevice",
          PassthroughDevice.class,
          "ExitTrace",
          ExitTrace.class);

  private CrdGeneration() {}

  static void generateInto(Path folder) throws Exception {
    Files.createDirectories(folder);
    new CRDGenerator()
        .customResourceClasses(Lpar.class, Blade.class, PassthroughDevice.class, ExitTrace.class)
        .forCRDVersions("v1")
        .withMinQuotes(true)
        .inOutputDir(folder.toFile())
        .withPostProcessor(
            new CRDPostProcessor() {
              @Override
              public HasMetadata process(HasMetadata crd, String version) {
                complete((CustomResourceDefinition) crd);
                return crd;
              }
            })
        .generate();
  }

  private static void complete(CustomResourceDefinition crd) {
    var kind = crd.getSpec().getNames().getKind();
    for (CustomResourceDefinitionVersion version : crd.getSpec().getVersions()) {
      inDeclaredOrder(version.getAdditionalPrinterColumns(), TYPES.get(kind));
      rulesOnce(version.getSchema().getOpenAPIV3Schema());
      var root = version.getSchema().getOpenAPIV3Schema();
      root.setDescription(KINDS.get(kind));
      var properties = root.getProperties();
      conditions(properties.get("status").getProperties().get("conditions"));
      switch (kind) {
        case "Lpar" -> {
          describe(
              properties,
              "spec",
              "What the partition has and does. A field left out takes the default that its description names;"
                  + " status.effective shows the values in force.");
          describe(properties, "status", "What is observed of the partition.");
          root.setRequired(List.of("spec"));
          root.setXKubernetesValidations(
              List.of(
                  rule(
                      "size(self.metadata.name) <= 63",
                      "metadata.name must have at most 63 characters: it becomes the guest's name")));
          listKey(properties.get("spec").getProperties().get("disks"), "name");
          var devices = properties.get("spec").getProperties().get("devices");
          listKey(devices, "name");
          bound(
              devices
                  .getItems()
                  .getSchema()
                  .getProperties()
                  .get("selector")
                  .getProperties()
                  .get("matchLabels"),
              16,
              63);
          listKey(properties.get("status").getProperties().get("devices"), "name");
          bound(
              properties
                  .get("spec")
                  .getProperties()
                  .get("placement")
                  .getProperties()
                  .get("bladeSelector")
                  .getProperties()
                  .get("matchLabels"),
              16,
              63);
        }
        case "Blade" -> {
          describe(
              properties,
              "spec",
              "What the blade keeps for itself, set by the administrator, and what it runs, set by the operator.");
          describe(properties, "status", "What the blade's agent observes.");
          bound(properties.get("spec").getProperties().get("hugePages"), 2, 16);
          listKey(properties.get("spec").getProperties().get("partitions"), "id");
          listKey(
              properties.get("spec").getProperties().get("virtualFunctions"), "passthroughDevice");
          var traces = properties.get("spec").getProperties().get("exitTraces");
          listKey(traces, "id");
          filter(traces.getItems().getSchema().getProperties().get("filter"));
          var partition =
              properties
                  .get("spec")
                  .getProperties()
                  .get("partitions")
                  .getItems()
                  .getSchema()
                  .getProperties();
          listKey(partition.get("disks"), "name");
          listKey(partition.get("devices"), "name");
          listKey(properties.get("status").getProperties().get("partitions"), "id");
          listKey(properties.get("status").getProperties().get("devices"), "address");
          listKey(properties.get("status").getProperties().get("exitTraces"), "id");
        }
        case "PassthroughDevice" -> {
          root.setRequired(List.of("spec"));
          root.setXKubernetesValidations(
              List.of(
                  rule(
                      "size(self.metadata.name) <= 63",
                      "metadata.name must have at most 63 characters, so that a claim can carry it")));
          properties
              .get("spec")
              .getProperties()
              .get("allowedNamespaces")
              .getItems()
              .getSchema()
              .setMaxLength(63L);
          describe(properties, "spec", "Which device it is, and who may have it.");
          describe(properties, "status", "Where the device is today.");
        }
        case "ExitTrace" -> {
          root.setRequired(List.of("spec"));
          filter(properties.get("spec").getProperties().get("filter"));
          describe(
              properties,
              "spec",
              "What is to be traced, and for how long. It can't change: a trace is taken once.");
          describe(properties, "status", "How the trace stands.");
        }
        default -> throw new IllegalStateException("no rules for kind " + kind);
      }
    }
  }

  /** The generator sorts columns by path; people read them in the order the type declares. */
  private static void inDeclaredOrder(
      List<CustomResourceColumnDefinition> columns, Class<?> resource) {
    var order =
        Arrays.stream(resource.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    columns.sort(Comparator.comparingInt(column -> order.indexOf(column.getName())));
  }

  /** A record's component, field and accessor all carry its rules: the schema needs them once. */
  private static void rulesOnce(JSONSchemaProps schema) {
    schema.setXKubernetesValidations(
        List.copyOf(new LinkedHashSet<>(schema.getXKubernetesValidations())));
    schema.getProperties().values().forEach(CrdGeneration::rulesOnce);
    if (schema.getItems() != null) {
      rulesOnce(schema.getItems().getSchema());
    }
    if (schema.getAdditionalProperties() != null
        && schema.getAdditionalProperties().getSchema() != null) {
      rulesOnce(schema.getAdditionalProperties().getSchema());
    }
  }

  /** Rules over a map need its size bounded, or the API server finds them too expensive. */
  private static void bound(JSONSchemaProps map, long entries, long valueLength) {
    map.setMaxProperties(entries);
    map.getAdditionalProperties().getSchema().setMaxLength(valueLength);
  }

  /** Rules over a list's texts need their length bounded too. */
  private static void filter(JSONSchemaProps filter) {
    for (var list : List.of("groups", "factors")) {
      filter.getProperties().get(list).getItems().getSchema().setMaxLength(63L);
    }
  }

  private static void listKey(JSONSchemaProps list, String key) {
    list.setXKubernetesListType("map");
    list.setXKubernetesListMapKeys(List.of(key));
  }

  private static void conditions(JSONSchemaProps conditions) {
    listKey(conditions, "type");
    var item = conditions.getItems().getSchema();
    item.setRequired(List.of("type", "status", "reason", "message", "lastTransitionTime"));
    var fields = item.getProperties();
    fields.get("lastTransitionTime").setFormat("date-time");
    describe(fields, "type", "What the condition is about.");
    describe(fields, "status", "True, False or Unknown.");
    describe(fields, "reason", "Why, as one word that programs can rely on.");
    describe(fields, "message", "Why, in a sentence for people.");
    describe(fields, "lastTransitionTime", "When the status last changed.");
    describe(fields, "observedGeneration", "The generation of the spec that this is about.");
  }

  private static void describe(Map<String, JSONSchemaProps> fields, String name, String text) {
    fields.get(name).setDescription(text);
  }

  private static ValidationRule rule(String cel, String message) {
    var rule = new ValidationRule();
    rule.setRule(cel);
    rule.setMessage(message);
    return rule;
  }
}
