package dev.lpar.agent.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The Device Serial Number extended capability (PCI Express Base Specification, 7.9.3). All
 * functions of a card have the same. Only the words on the way to it are read: a configuration read
 * goes to the device.
 */
final class DeviceSerialNumber {
  /** First extended capability; a conventional function's configuration space ends here. */
  private static final int FIRST = 0x100;

  private static final int END = 0x1000;
  private static final int SERIAL_NUMBER = 3;

  /** As many as fit, each with a header and one word: a list that goes in circles ends, too. */
  private static final int MOST = (END - FIRST) / 8;

  private DeviceSerialNumber() {}

  /**
   * @param config the function's configuration space
   * @return as lspci prints it, such as 00-11-22-ff-fe-33-44-55; null where there is none
   */
  static @Nullable String read(FileChannel config) throws IOException {
    int at = FIRST;
    for (int i = 0; i < MOST && at >= FIRST; i++) {
      var header = word(config, at);
      if (header == null || header == 0 || header == -1) {
        return null;
      }
      if ((header & 0xffff) == SERIAL_NUMBER) {
        return text(word(config, at + 8), word(config, at + 4));
      }
      at = header >>> 20 & ~3;
    }
    return null;
  }

  private static @Nullable String text(@Nullable Integer high, @Nullable Integer low) {
    if (high == null || low == null) {
      return null;
    }
    long number = (long) high << 32 | low & 0xffffffffL;
    return number == 0 || number == -1
        ? null
        : HexFormat.ofDelimiter("-").formatHex(ByteBuffer.allocate(8).putLong(number).array());
  }

  private static @Nullable Integer word(FileChannel config, int at) throws IOException {
    var bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    return config.read(bytes, at) == 4 ? bytes.getInt(0) : null;
  }
}
