package dev.lpar.qemu.qmp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Bytes as they come, lines as they are complete, up to a limit. */
final class LineBuffer {
  private final int longest;
  private byte[] bytes = new byte[4096];
  private int length;
  private int searched;

  /**
   * @param longest bytes of a line; more is an error, not memory
   */
  LineBuffer(int longest) {
    this.longest = longest;
  }

  /** Takes what is there. Gives the number of bytes, or -1 at the end. */
  int readFrom(ReadableByteChannel channel) throws IOException {
    if (length == bytes.length) {
      if (length >= longest) {
        throw new QmpException("QEMU wrote a line longer than " + longest + " bytes");
      }
      bytes = Arrays.copyOf(bytes, Math.min(longest, length * 2));
    }
    int count = channel.read(ByteBuffer.wrap(bytes, length, bytes.length - length));
    length += Math.max(0, count);
    return count;
  }

  /** The next complete line, without its end; blank ones left out. */
  Optional<String> nextLine() {
    while (searched < length) {
      if (bytes[searched] != '\n') {
        searched++;
        continue;
      }
      var line = new String(bytes, 0, searched, StandardCharsets.UTF_8).strip();
      length -= searched + 1;
      System.arraycopy(bytes, searched + 1, bytes, 0, length);
      searched = 0;
      if (!line.isEmpty()) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }
}
