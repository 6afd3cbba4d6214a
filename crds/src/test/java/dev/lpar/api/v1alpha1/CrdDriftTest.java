package dev.lpar.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is generated from the API types is committed as they are now: first the CRDs, then what is
 * made from those.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CrdDriftTest {
  private static final Path COMMITTED = Path.of("../helm/lpar-operator/crds");
  private static final boolean WRITE = Boolean.getBoolean("lpar.crds.write");
  private static final String HOW =
      "the API types changed: run mvn -pl crds test -Dtest=CrdDriftTest -Dlpar.crds.write=true";

  @Test
  @Order(1)
  void theChartsCrdsAreThoseOfTheApiTypes(@TempDir Path fresh) throws Exception {
    if (WRITE) {
      CrdGeneration.generateInto(COMMITTED);
    }
    CrdGeneration.generateInto(fresh);
    assertEquals(contents(fresh), contents(COMMITTED), HOW);
  }

  @Test
  @Order(2)
  void theReferenceIsThatOfTheCrds() throws Exception {
    var page = Path.of("../docs/reference/api.md");
    if (WRITE) {
      Files.createDirectories(page.getParent());
      Files.writeString(page, ApiReference.page());
    }
    assertEquals(ApiReference.page(), Files.readString(page), HOW);
  }

  private static Map<String, String> contents(Path folder) throws Exception {
    var byName = new TreeMap<String, String>();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        byName.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return byName;
  }
}
