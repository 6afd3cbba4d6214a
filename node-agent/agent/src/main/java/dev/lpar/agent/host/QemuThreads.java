package dev.lpar.agent.host;

import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A QEMU's threads in {@code /proc}. Of a thread that has ended nothing is known. */
record QemuThreads(Path folder) {
  static QemuThreads of(Path proc, long pid) {
    return new QemuThreads(proc.resolve(Long.toString(pid)).resolve("task"));
  }

  /** All that there are, in the order of their ids. */
  List<Long> all() {
    var threads = new TreeSet<Long>();
    try (var entries = Files.newDirectoryStream(folder)) {
      entries.forEach(entry -> threads.add(Long.parseLong(entry.getFileName().toString())));
    } catch (IOException e) {
      return List.of();
    }
    return List.copyOf(threads);
  }

  boolean has(long thread) {
    return Files.exists(file(thread, "stat"));
  }

  /** Id and name, for people. */
  String describe(long thread) {
    return "thread %d (%s)".formatted(thread, read(thread, "comm").orElse("?"));
  }

  /** Time on a CPU, and time ready to run without one. */
  Optional<VcpuTime> time(long thread) {
    return read(thread, "schedstat")
        .map(text -> text.split(" "))
        .map(
            fields ->
                new VcpuTime(
                    Duration.ofNanos(Long.parseLong(fields[0])),
                    Duration.ofNanos(Long.parseLong(fields[1]))));
  }

  private Optional<String> read(long thread, String name) {
    try {
      return Optional.of(Files.readString(file(thread, name)).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Path file(long thread, String name) {
    return folder.resolve(Long.toString(thread)).resolve(name);
  }
}
