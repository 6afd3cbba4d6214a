package dev.lpar.chart;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The chart, rendered by Helm itself in this JVM. */
final class Chart {
  static final Path FOLDER = Path.of("lpar-operator");
  static final Path CRDS = FOLDER.resolve("crds");
  static final String NAMESPACE = "lpar-system";
  private static final String KUBERNETES = "1.35.0";

  private Chart() {}

  /** What {@code helm install lpar} would send, with these values over the chart's own. */
  static String render(String values) {
    try {
      var file = Files.createTempFile("values", ".yaml");
      try {
        Files.writeString(file, values);
        return new Helm(FOLDER)
            .template()
            .withName("lpar")
            .withNamespace(NAMESPACE)
            .withKubeVersion(KUBERNETES)
            .skipCrds()
            .withValuesFile(file)
            .call();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
