package dev.lpar.agent.observe;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's small text files, below a root: the host's {@code /} as the agent's container sees
 * it, or a recorded tree. What isn't there, or vanishes while being read, is empty.
 */
public record HostFiles(Path root) {
  /** The file's text without surrounding white space. Names in it may be in any encoding. */
  Optional<String> text(String path) {
    try {
      return Optional.of(
          new String(Files.readAllBytes(root.resolve(path)), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Names in a directory, sorted. */
  List<String> list(String path) {
    var names = new ArrayList<String>();
    try (var entries = Files.newDirectoryStream(root.resolve(path))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException e) {
      return List.of();
    }
    Collections.sort(names);
    return names;
  }

  /** The last name of what a symbolic link points to, as sysfs uses links to say "is a". */
  Optional<String> linkedName(String path) {
    try {
      return Optional.of(Files.readSymbolicLink(root.resolve(path)).getFileName().toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What a symbolic link points to, as the link has it. */
  Optional<String> link(String path) {
    try {
      return Optional.of(Files.readSymbolicLink(root.resolve(path)).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** For the few bytes wanted of a binary file. */
  Optional<FileChannel> open(String path) {
    try {
      return Optional.of(FileChannel.open(root.resolve(path)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  boolean exists(String path) {
    return Files.exists(root.resolve(path));
  }
}
