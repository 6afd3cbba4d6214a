package dev.lpar.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every field of every kind. */
class CrdSchemaTest {
  @ParameterizedTest
  @ValueSource(strings = {"Lpar", "Blade", "PassthroughDevice"})
  void everyFieldSaysWhatItIs(String kind) throws Exception {
    assertEquals(
        List.of(),
        those(kind, schema -> schema.getDescription() == null || !ends(schema.getDescription())));
  }

  private static boolean ends(String description) {
    return description.strip().matches("(?s).{6,}[.]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Lpar", "Blade", "PassthroughDevice"})
  void noDefaultIsWrittenIntoASpec(String kind) throws Exception {
    assertEquals(List.of(), those(kind, schema -> schema.getDefault() != null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Lpar", "Blade", "PassthroughDevice"})
  void noUnknownFieldIsKept(String kind) throws Exception {
    assertEquals(
        List.of(), those(kind, schema -> schema.getXKubernetesPreserveUnknownFields() != null));
  }

  /**
   * Messages of patterns show the pattern, not what to write: such rules are CEL with a message.
   */
  @ParameterizedTest
  @ValueSource(strings = {"Lpar", "Blade", "PassthroughDevice"})
  void noRuleHidesBehindAPattern(String kind) throws Exception {
    assertEquals(List.of(), those(kind, schema -> schema.getPattern() != null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Lpar", "Blade", "PassthroughDevice"})
  void everyRuleHasAMessage(String kind) throws Exception {
    assertEquals(
        List.of(),
        those(
            kind,
            schema ->
                schema.getXKubernetesValidations().stream()
                    .anyMatch(rule -> rule.getMessage() == null || rule.getMessage().isBlank())));
  }

  private static List<String> those(String kind, Predicate<JSONSchemaProps> wanting)
      throws Exception {
    var found = new ArrayList<String>();
    visit(
        kind,
        (path, schema) -> {
          if (wanting.test(schema)) {
            found.add(path + ": " + schema.getDescription());
          }
        });
    return found;
  }

  private static void visit(String kind, BiConsumer<String, JSONSchemaProps> visitor)
      throws Exception {
    var schemas = CrdSchemas.of(kind);
    schemas.visit("spec", visitor);
    schemas.visit("status", visitor);
  }
}
