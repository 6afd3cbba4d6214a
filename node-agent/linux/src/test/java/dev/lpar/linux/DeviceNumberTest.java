package dev.lpar.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceNumberTest {
  @Test
  void aNodeAndALinkToItHaveOneNumber(@TempDir Path folder) throws Exception {
    var nul = Optional.of(new DeviceNumber(false, 1, 3));
    assertEquals(nul, DeviceNumber.of(Path.of("/dev/null")));
    assertEquals(
        nul,
        DeviceNumber.of(Files.createSymbolicLink(folder.resolve("link"), Path.of("/dev/null"))));
  }

  @Test
  void anotherFileHasNone(@TempDir Path folder) throws Exception {
    assertEquals(Optional.empty(), DeviceNumber.of(folder));
  }

  /** Numbers as makedev(3) puts them together. */
  @ParameterizedTest
  @CsvSource({
    "0x0000000000000103,    1,       3",
    "0x0000000000010301,  259,       1,",
    "0x0000000012345678,  0x456, 0x12378",
    "0x000010000000f0ff, 0x10f0,   0xff",
  })
  void numbersAreTakenApartAsTheCLibraryPutsThemTogether(String rdev, String major, String minor) {
    assertEquals(
        new DeviceNumber(true, Integer.decode(major), Integer.decode(minor)),
        DeviceNumber.ofRdev(true, Long.decode(rdev)));
  }

  @Test
  void sysfsWritesThemWithAColon() {
    assertEquals(Optional.of(new DeviceNumber(true, 259, 1)), DeviceNumber.parse(true, "259:1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "259", "259:", ":1", "a:b", "1:2:3", "99999999:1"})
  void whatIsNoNumberIsEmpty(String text) {
    assertEquals(Optional.empty(), DeviceNumber.parse(false, text));
  }
}
