package dev.lpar.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every manifest of {@code bad/} is refused by the API server as {@code kubectl apply} sends it by
 * default, and the user reads the lines that the file expects ({@code # expect: …}). Where a file
 * holds several documents, the last is refused and those before it are accepted: what is refused
 * then is the change.
 */
@ExtendWith(ApiServer.Extension.class)
class BadManifestsIT {
  private static final Path FOLDER = Path.of("src/test/resources/bad");

  static List<Path> manifests() throws Exception {
    try (var files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  @Test
  void thereAreAtLeastThirty() throws Exception {
    assertTrue(manifests().size() >= 30);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("manifests")
  void isRefusedWithTheMessage(Path manifest, ApiServer api) throws Exception {
    var text = Files.readString(manifest);
    var documents = text.split("(?m)^---\n");
    for (int i = 0; i < documents.length - 1; i++) {
      ApiServer.must(api.kubectl(documents[i], "apply", "-f", "-"));
    }
    var outcome = api.kubectl(documents[documents.length - 1], "apply", "-f", "-");
    if (documents.length > 1) {
      ApiServer.must(api.kubectl(documents[0], "delete", "-f", "-"));
    }
    assertNotEquals(0, outcome.exitCode(), () -> "accepted: " + outcome.output());
    var expected = expected(text);
    assertNotEquals(0, expected.size(), "the file says which message it expects");
    assertAll(
        expected.stream()
            .map(
                message ->
                    () ->
                        assertTrue(
                            outcome.output().contains(message),
                            () -> "expected: " + message + "\nsaid: " + outcome.output())));
  }

  private static List<String> expected(String text) {
    return text.lines()
        .filter(line -> line.startsWith("# expect: "))
        .map(line -> line.substring("# expect: ".length()))
        .toList();
  }
}
