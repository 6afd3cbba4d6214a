package dev.lpar.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example of the documentation is accepted, by every way in which users apply manifests. */
@ExtendWith(ApiServer.Extension.class)
class GoodManifestsIT {
  private static final YAMLMapper YAML = new YAMLMapper();

  static List<Path> examples() throws Exception {
    try (var files = Files.list(Path.of("../docs/examples"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("examples")
  void isStoredAsItIsWritten(Path example, ApiServer api) throws Exception {
    var file = example.toString();
    ApiServer.must(api.kubectl("", "apply", "-f", file));
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(example.toFile())) {
      int read = 0;
      while (documents.hasNext()) {
        var written = documents.next();
        var stored =
            api.kubectl(
                "",
                "get",
                written.at("/kind").asText(),
                written.at("/metadata/name").asText(),
                "-o",
                "json");
        ApiServer.must(stored);
        assertEquals(
            written.get("spec"),
            YAML.readTree(stored.output()).get("spec"),
            "nothing is pruned from the spec and no default is written into it");
        read++;
      }
      assertFalse(read == 0, "the example holds a manifest");
    }
    ApiServer.must(api.kubectl("", "delete", "-f", file));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("examples")
  void isAcceptedByServerSideApply(Path example, ApiServer api) {
    ApiServer.must(
        api.kubectl("", "apply", "--server-side", "--dry-run=server", "-f", example.toString()));
  }
}
