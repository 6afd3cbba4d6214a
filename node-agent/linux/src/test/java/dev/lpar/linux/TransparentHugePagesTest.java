package dev.lpar.linux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TransparentHugePagesTest {
  @Test
  void theProcessIsKnownToWantNone() throws Exception {
    TransparentHugePages.refuse();
    var status = Files.readString(Path.of("/proc/self/status"));
    assertTrue(status.contains("THP_enabled:\t0"), status);
  }
}
