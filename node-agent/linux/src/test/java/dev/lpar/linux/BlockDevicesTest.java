package dev.lpar.linux;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockDevicesTest {
  @Test
  void aRegularFileIsNoBlockDevice(@TempDir Path folder) throws Exception {
    assertFalse(BlockDevices.isBlockDevice(Files.createFile(folder.resolve("file"))));
    assertFalse(BlockDevices.isBlockDevice(Path.of("/dev/null")));
  }

  @Test
  void aMissingNodeNamesTheCallAndTheError() {
    var refusal =
        assertThrows(
            SyscallException.class, () -> BlockDevices.inUseByHost(Path.of("/dev/no-such-disk")));
    assertTrue(refusal.getMessage().contains("open(/dev/no-such-disk): ENOENT"));
  }
}
