package dev.lpar.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every manifest of the documentation is accepted as a user applies it. */
class ExamplesE2E {
  static Stream<Path> examples() throws Exception {
    return Files.list(Lab.REPOSITORY.resolve("docs/examples"))
        .filter(file -> file.toString().endsWith(".yaml"))
        .sorted();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void isAccepted(Path manifest) {
    var result =
        Lab.kubectl("apply", "--server-side", "--dry-run=server", "-f", manifest.toString());
    assertEquals(0, result.exitCode(), result.output());
  }
}
