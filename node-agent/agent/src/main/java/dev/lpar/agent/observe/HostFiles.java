package dev.lpar.agent.observe;

import java.io.IOException;
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
  /** The file's text without surrounding white space. */
  Optional<String> text(String path) {
    try {
      return Optional.of(Files.readString(root.resolve(path)).strip());
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

  boolean exists(String path) {
    return Files.exists(root.resolve(path));
  }
}
