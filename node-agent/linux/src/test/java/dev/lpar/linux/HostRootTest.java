package dev.lpar.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemoryLayout.PathElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostRootTest {
  @TempDir Path root;

  @BeforeEach
  void layOut() throws Exception {
    Files.createDirectories(root.resolve("boot"));
    Files.createDirectories(root.resolve("dev/disk/by-id"));
    Files.writeString(root.resolve("boot/vmlinuz-6"), "kernel");
    Files.writeString(root.resolve("dev/sda"), "disk");
    link("vmlinuz", "/boot/vmlinuz-6");
    link("dev/disk/by-id/x", "../../sda");
    link("boot/broken", "/nowhere");
    link("boot/outside", "../../../../../../../boot/vmlinuz-6");
    link("boot/loop", "loop");
  }

  private void link(String name, String target) throws Exception {
    Files.createSymbolicLink(root.resolve(name), Path.of(target));
  }

  @ParameterizedTest
  @CsvSource({
    "/boot/vmlinuz-6,    /boot/vmlinuz-6",
    "/vmlinuz,           /boot/vmlinuz-6",
    "/dev/disk/by-id/x,  /dev/sda",
    "/boot/outside,      /boot/vmlinuz-6",
    "/boot/../boot/vmlinuz-6, /boot/vmlinuz-6",
    "/,                  /",
  })
  void pathsLeadWhereTheyDoOnTheBlade(String path, String target) throws Exception {
    var found = new HostRoot(root).follow(path).orElseThrow();
    assertEquals(Path.of(target), found.hostPath());
    assertEquals(root.toRealPath().resolve(target.substring(1)).normalize(), found.seenAt());
  }

  @ParameterizedTest
  @CsvSource({"/nothing", "/boot/broken", "/boot/vmlinuz-6/below-a-file"})
  void whatIsNotThereIsEmpty(String path) throws Exception {
    assertEquals(Optional.empty(), new HostRoot(root).follow(path));
  }

  @Test
  void aLoopOfLinksIsTheKernelsError() {
    var refusal =
        assertThrows(SyscallException.class, () -> new HostRoot(root).follow("/boot/loop"));
    assertEquals("openat2(/boot/loop): ELOOP (40)", refusal.getMessage());
  }

  @Test
  void openHowIsLaidOutAsInTheKernelsHeader() {
    assertEquals(24, HostRoot.OPEN_HOW.byteSize());
    assertEquals(16, HostRoot.OPEN_HOW.byteOffset(PathElement.groupElement("resolve")));
  }
}
