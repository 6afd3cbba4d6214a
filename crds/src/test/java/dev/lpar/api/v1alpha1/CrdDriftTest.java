package dev.lpar.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrdDriftTest {
  private static final Path COMMITTED = Path.of("../helm/lpar-operator/crds");

  @Test
  void theChartsCrdsAreThoseOfTheApiTypes(@TempDir Path fresh) throws Exception {
    if (Boolean.getBoolean("lpar.crds.write")) {
      CrdGeneration.generateInto(COMMITTED);
    }
    CrdGeneration.generateInto(fresh);
    assertEquals(
        contents(fresh),
        contents(COMMITTED),
        "the API types changed: run mvn -pl crds test -Dtest=CrdDriftTest -Dlpar.crds.write=true");
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
