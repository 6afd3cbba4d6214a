package dev.lpar.agent.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageQemuStoreTest {
  @TempDir Path root;
  private Path store;
  private ImageQemuStore qemu;

  @BeforeEach
  void setUp() throws IOException {
    var image = Files.createDirectories(root.resolve("image"));
    store = root.resolve("store");
    Files.writeString(image.resolve("VERSION"), "10.0.13-ab12\n");
    Files.createDirectories(image.resolve("usr/bin"));
    var program = Files.writeString(image.resolve("usr/bin/qemu"), "program");
    assertTrue(program.toFile().setExecutable(true));
    Files.createSymbolicLink(image.resolve("bin"), Path.of("usr/bin"));
    qemu = new ImageQemuStore(image, store);
  }

  @Test
  void laysOutTheImagesVersion() throws IOException {
    assertEquals(Set.of(), qemu.versions().laidOut());
    qemu.layOut("10.0.13-ab12");
    assertEquals("10.0.13-ab12", qemu.versions().current());
    assertEquals(Set.of("10.0.13-ab12"), qemu.versions().laidOut());
    var copy = store.resolve("10.0.13-ab12");
    assertTrue(Files.isExecutable(copy.resolve("usr/bin/qemu")));
    assertEquals(Path.of("usr/bin"), Files.readSymbolicLink(copy.resolve("bin")));
  }

  @Test
  void aLayingOutThatWasCutOffCountsForNothingAndIsDoneAnew() throws IOException {
    Files.createDirectories(store.resolve(".unfinished-10.0.13-ab12/usr/half"));
    assertEquals(Set.of(), qemu.versions().laidOut());
    qemu.layOut("10.0.13-ab12");
    assertTrue(Files.notExists(store.resolve("10.0.13-ab12/usr/half")));
  }

  @Test
  void removesAVersion() {
    qemu.layOut("10.0.13-ab12");
    qemu.remove("10.0.13-ab12");
    qemu.remove("10.0.13-ab12");
    assertEquals(Set.of(), qemu.versions().laidOut());
  }

  @Test
  void anImageWithoutQemuIsSaidSoAndLaysOutNothing() {
    var empty = new ImageQemuStore(root.resolve("nowhere"), store);
    assertThrows(HostException.class, () -> empty.layOut(empty.versions().current()));
  }
}
