package dev.lpar.agent.host;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * The log of a guest's serial console: {@code console.log}, and {@code console.log.1} with what
 * came before. QEMU appends to it under a user of its own, so its directory isn't trusted: no
 * symbolic link is followed.
 */
final class ConsoleLog {
  /** Size at which a log is started anew, and most that is kept of it: 1 MiB. */
  static final int CAP = 1 << 20;

  private static final String LOG = "console.log";
  private static final String OLDER = "console.log.1";

  private ConsoleLog() {}

  static boolean full(Path directory) {
    var log = directory.resolve(LOG);
    try {
      return Files.isRegularFile(log, NOFOLLOW_LINKS) && Files.size(log) >= CAP;
    } catch (IOException e) {
      return false; // Gone with its guest in this moment.
    }
  }

  /** Copies the log's end to the older half and empties it, in place: QEMU keeps it open. */
  static void rotate(Path directory) throws IOException {
    var log = directory.resolve(LOG);
    if (Files.isRegularFile(log, NOFOLLOW_LINKS)) {
      copyEnd(log, directory.resolve(OLDER));
      try (var channel = FileChannel.open(log, Set.of(StandardOpenOption.WRITE, NOFOLLOW_LINKS))) {
        channel.truncate(0);
      }
    }
  }

  /** Moves the logs to another directory; what it has is replaced when there is something new. */
  static void keep(Path from, Path to) throws IOException {
    for (var name : new String[] {OLDER, LOG}) {
      var log = from.resolve(name);
      if (Files.isRegularFile(log, NOFOLLOW_LINKS)) {
        copyEnd(log, to.resolve(name));
        Files.delete(log);
      } else if (name.equals(OLDER) && Files.exists(from.resolve(LOG), NOFOLLOW_LINKS)) {
        Files.deleteIfExists(to.resolve(OLDER));
      }
    }
  }

  private static void copyEnd(Path from, Path to) throws IOException {
    var part = to.resolveSibling(to.getFileName() + ".part");
    Files.deleteIfExists(part);
    try (var in = FileChannel.open(from, Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
        var out =
            FileChannel.open(
                part, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW))) {
      in.position(Math.max(0, in.size() - CAP));
      var buffer = ByteBuffer.allocate(1 << 16);
      for (int left = CAP; left > 0 && in.read(buffer) > 0; left -= buffer.capacity()) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
        buffer.clear();
      }
    } catch (NoSuchFileException e) {
      return; // Gone in this moment: nothing to keep.
    }
    Files.move(part, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
