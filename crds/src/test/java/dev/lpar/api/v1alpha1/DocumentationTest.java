package dev.lpar.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DocumentationTest {
  private static final Path DOCS = Path.of("../docs");

  @ParameterizedTest
  @EnumSource
  void everyReasonIsExplained(PartitionReason reason) throws Exception {
    var word = new ObjectMapper().convertValue(reason, String.class);
    assertTrue(
        Files.readString(DOCS.resolve("concepts/conditions.md")).contains("| `" + word + "` | "),
        word);
  }

  @ParameterizedTest
  @EnumSource
  void everyPhaseIsExplained(Phase phase) throws Exception {
    var word = new ObjectMapper().convertValue(phase, String.class);
    assertTrue(
        Files.readString(DOCS.resolve("concepts/partitions.md")).contains("\n| " + word + " | "),
        word);
  }
}
