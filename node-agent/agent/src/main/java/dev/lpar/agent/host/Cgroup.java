package dev.lpar.agent.host;

import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A control group (Documentation/admin-guide/cgroup-v2.rst). Reading from one that is gone gives
 * nothing.
 */
record Cgroup(Path folder, KernelFiles files) {
  Cgroup child(String name) {
    return new Cgroup(folder.resolve(name), files);
  }

  boolean exists() {
    return Files.isDirectory(folder);
  }

  /** The groups right below, whose names match the glob. */
  List<Cgroup> children(String glob) {
    var found = new ArrayList<Cgroup>();
    try (var entries = Files.newDirectoryStream(folder, glob)) {
      entries.forEach(entry -> found.add(new Cgroup(entry, files)));
    } catch (IOException e) {
      return List.of();
    }
    return found;
  }

  void make() throws IOException {
    if (!exists()) {
      files.makeFolder(folder);
    }
  }

  /** The file's text without surrounding white space. */
  Optional<String> read(String file) {
    try {
      return Optional.of(Files.readString(folder.resolve(file)).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  Optional<CpuSet> cpus(String file) {
    return read(file).map(CpuSet::parse);
  }

  /** Threads of the group itself, not of groups below it. */
  Set<Long> threads() {
    return read("cgroup.threads").stream()
        .flatMap(String::lines)
        .map(Long::parseLong)
        .collect(Collectors.toSet());
  }

  void write(String file, String text) throws IOException {
    try {
      files.write(folder.resolve(file), text);
    } catch (IOException e) {
      throw new IOException(
          "can't write \"%s\" to %s: %s".formatted(text.strip(), folder.resolve(file), reason(e)),
          e);
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? "there is no such file"
        : String.valueOf(e.getMessage());
  }

  /** Writes what isn't there yet. */
  void set(String file, String text) throws IOException {
    if (!read(file).equals(Optional.of(text))) {
      write(file, text);
    }
  }

  /**
   * Writes what isn't there yet. No CPUs are an empty line: the kernel passes over an empty text.
   */
  void set(String file, CpuSet cpus) throws IOException {
    if (!cpus(file).equals(Optional.of(cpus))) {
      write(file, cpus.isEmpty() ? "\n" : cpus.toString());
    }
  }
}
