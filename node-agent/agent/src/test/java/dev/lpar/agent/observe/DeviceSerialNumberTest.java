package dev.lpar.agent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceSerialNumberTest {
  @TempDir Path folder;

  /** A configuration space of a size, with words (offset, value) in it. */
  private String read(int size, long... words) throws IOException {
    var config = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < words.length; i += 2) {
      config.putInt((int) words[i], (int) words[i + 1]);
    }
    var file = folder.resolve("config");
    Files.write(file, Arrays.copyOf(config.array(), size));
    try (var channel = FileChannel.open(file)) {
      return assertTimeoutPreemptively(
          Duration.ofSeconds(10), () -> DeviceSerialNumber.read(channel));
    }
  }

  @Test
  void itIsWrittenAsLspciDoes() throws IOException {
    assertEquals(
        "00-11-22-ff-fe-33-44-55",
        read(4096, 0x100, 0x14010003L, 0x104, 0xfe334455L, 0x108, 0x001122ffL));
  }

  @Test
  void itIsFoundBehindOthers() throws IOException {
    assertEquals(
        "00-00-00-00-00-00-00-01",
        read(4096, 0x100, 0x14020001L, 0x140, 0xff010002L, 0xff0, 0x00010003L, 0xff4, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "256, 0x00010003", // a conventional function
    "0, 0",
    "4096, 0", // no extended capability
    "4096, 0xffffffff", // a device that doesn't answer
    "4096, 0x10010001", // the list leads to itself
    "4096, 0x08010001", // the list leads out of it
    "4096, 0x00010001", // the list ends
    "264, 0x00010003", // cut off in the number
    "258, 0x00010003", // cut off in the header
    "4096, 0xffc10001", // a header at the very end
    "4096, 0x00010003", // a number that is none
  })
  void whatIsMissingOrBrokenIsNone(int size, String header) throws IOException {
    assertEquals(null, read(size, 0x100, Long.decode(header)));
  }

  @Test
  void aCircleOfCapabilitiesEnds() throws IOException {
    assertEquals(null, read(4096, 0x100, 0x20010001L, 0x200, 0x30010002L, 0x300, 0x10010004L));
  }

  @Test
  void aNumberOfOnesIsNone() throws IOException {
    assertEquals(null, read(4096, 0x100, 0x00010003L, 0x104, 0xffffffffL, 0x108, 0xffffffffL));
  }
}
