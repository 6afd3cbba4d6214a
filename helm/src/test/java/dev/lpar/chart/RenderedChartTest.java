package dev.lpar.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * What the chart renders is committed: a change of it shows in review as what a cluster will get.
 */
class RenderedChartTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @Test
  void withItsOwnValues() throws IOException {
    sameAs("defaults.yaml", Chart.render(""));
  }

  @Test
  void withEveryValueSet() throws IOException {
    sameAs(
        "everything.yaml",
        Chart.render(Files.readString(GOLDEN.resolve("everything.values.yaml"))));
  }

  @Test
  void helmFindsNothingWrongWithIt() {
    var lint = new Helm(Chart.FOLDER).lint().strict().call();
    assertFalse(lint.isFailed(), () -> String.join("\n", lint.getMessages()));
  }

  private static void sameAs(String name, String rendered) throws IOException {
    var file = GOLDEN.resolve(name);
    if (Boolean.getBoolean("lpar.golden.write")) {
      Files.writeString(file, rendered);
    }
    assertEquals(
        Files.readString(file),
        rendered,
        "the rendered chart changed: if that is meant, run mvn -pl helm -am test"
            + " -Dtest=RenderedChartTest -Dsurefire.failIfNoSpecifiedTests=false"
            + " -Dlpar.golden.write=true and commit what it writes");
  }
}
