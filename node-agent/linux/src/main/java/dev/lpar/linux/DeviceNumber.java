package dev.lpar.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a device node leads to, whatever its name: a block or a character device, and its number.
 *
 * @param block a block device; else a character device, whose numbers are others
 */
public record DeviceNumber(boolean block, int major, int minor) {
  /** linux/stat.h: the kind of a file in its mode. */
  private static final int S_IFMT = 0170000;

  private static final int S_IFBLK = 0060000;
  private static final int S_IFCHR = 0020000;

  /** Of a node, symbolic links followed; empty for another kind of file. */
  public static Optional<DeviceNumber> of(Path node) throws IOException {
    int kind = (int) Files.getAttribute(node, "unix:mode") & S_IFMT;
    if (kind != S_IFBLK && kind != S_IFCHR) {
      return Optional.empty();
    }
    return Optional.of(ofRdev(kind == S_IFBLK, (long) Files.getAttribute(node, "unix:rdev")));
  }

  /** As the {@code dev} files of sysfs have it, such as 259:1; empty when it isn't one. */
  public static Optional<DeviceNumber> parse(boolean block, String text) {
    return text.matches("[0-9]{1,7}:[0-9]{1,7}")
        ? Optional.of(
            new DeviceNumber(
                block,
                Integer.parseInt(text.substring(0, text.indexOf(':'))),
                Integer.parseInt(text.substring(text.indexOf(':') + 1))))
        : Optional.empty();
  }

  /** The C library's dev_t, 12 + 20 bits of it in the kernel's use (sys/sysmacros.h). */
  static DeviceNumber ofRdev(boolean block, long rdev) {
    return new DeviceNumber(
        block,
        (int) (rdev >> 8 & 0xfff | rdev >> 32 & ~0xfff),
        (int) (rdev & 0xff | rdev >> 12 & ~0xff));
  }
}
