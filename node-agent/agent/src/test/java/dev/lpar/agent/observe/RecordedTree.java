package dev.lpar.agent.observe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Parts of {@code /sys} and {@code /proc} as they were on a machine: one file, link or directory a
 * line, laid out anew in a folder. A binary file is its size, and what isn't zero in it by offset,
 * all in hexadecimal but the size.
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
        case "hex" -> Files.write(path, binary(parts[2].split(" ")));
        case "dir" -> Files.createDirectories(path);
        default -> throw new IOException("not a line of a recorded tree: " + line);
      }
    }
    return new HostFiles(root);
  }

  private static byte[] binary(String[] parts) {
    var bytes = new byte[Integer.parseInt(parts[0])];
    for (int i = 1; i < parts.length; i++) {
      var part = parts[i].split("=");
      var content = HexFormat.of().parseHex(part[1]);
      System.arraycopy(content, 0, bytes, HexFormat.fromHexDigits(part[0]), content.length);
    }
    return bytes;
  }

  private static String text(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(RecordedTree.class.getResourceAsStream("/trees/" + name + ".txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
