package dev.lpar.operator.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.PassthroughDevice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DevicesTest {
  private static final String MADE =
      "labels: { lpar.dev/class: storage, lpar.dev/discovered: '' }, ";
  private static final String OPERATORS =
      "{ manager: lpar-operator-discovery, operation: Update, fieldsV1: { 'f:spec': { 'f:blade': {"
          + " } } } }, { manager: lpar-operator, operation: Apply, subresource: status, fieldsV1: {"
          + " 'f:status': { } } }";

  static Stream<Arguments> objects() {
    return Stream.of(
        arguments("as the operator made it", MADE, OPERATORS, "", false),
        arguments(
            "labelled by an administrator",
            MADE,
            OPERATORS
                + ", { manager: kubectl-label, operation: Update, fieldsV1: { 'f:metadata': { } } }",
            "",
            false),
        arguments("declared by an administrator", "", "", "", true),
        arguments("consented to", MADE, OPERATORS, "assignable: true, ", true),
        arguments("to be divided", MADE, OPERATORS, "virtualFunctions: 0, ", true),
        arguments("consent denied", MADE, OPERATORS, "assignable: false, ", true),
        arguments(
            "edited",
            MADE,
            OPERATORS
                + ", { manager: kubectl-edit, operation: Update, fieldsV1: { 'f:spec': {"
                + " 'f:identity': { } } } }",
            "",
            true),
        arguments(
            "applied from a manifest",
            MADE + "annotations: { kubectl.kubernetes.io/last-applied-configuration: '{}' }, ",
            OPERATORS,
            "",
            true));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("objects")
  void anAdministratorsWordIsSeen(
      String name, String metadata, String managers, String spec, boolean declared) {
    var yaml =
        """
        apiVersion: lpar.dev/v1alpha1
        kind: PassthroughDevice
        metadata: { name: x, %s managedFields: [ %s ] }
        spec: { blade: blade-1, %s identity: { serialNumber: S1 } }
        """
            .formatted(metadata, managers, spec);
    var device = new KubernetesSerialization().unmarshal(yaml, PassthroughDevice.class);
    assertEquals(declared, Devices.object(device).declared());
  }
}
