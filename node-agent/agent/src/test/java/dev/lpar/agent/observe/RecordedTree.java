package dev.lpar.agent.observe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Parts of {@code /sys} and {@code /proc} as they were on a machine: one file, link or directory a
 * line, laid out anew in a folder.
 */
public final class RecordedTree {
  private RecordedTree() {}

  public static HostFiles layOut(String name, Path root) throws IOException {
    for (var line : text(name).lines().toList()) {
      var parts = line.split(" ", 3);
      var path = root.resolve(parts[1]);
      Files.createDirectories(path.getParent());
      switch (parts[0]) {
        case "file" -> Files.writeString(path, parts[2].replace("\\n", "\n") + "\n");
        case "link" -> Files.createSymbolicLink(path, Path.of(parts[2]));
        case "dir" -> Files.createDirectories(path);
        default -> throw new IOException("not a line of a recorded tree: " + line);
      }
    }
    return new HostFiles(root);
  }

  private static String text(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(RecordedTree.class.getResourceAsStream("/trees/" + name + ".txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
