package dev.lpar.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Processes that a bench starts; they end with the thread that started them, however it ends. */
final class BenchProcess {
  private BenchProcess() {}

  static Process start(Path output, List<String> command) throws IOException {
    var words = new ArrayList<>(List.of("/usr/bin/setpriv", "--pdeathsig", "KILL"));
    words.addAll(command);
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  static void run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(List.of(command) + ": " + said);
    }
  }

  static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** CPU time of a thread; of one that runs it may be a clock tick old. */
  static long threadNanos(long pid, long thread) throws IOException {
    return nanos(Path.of("/proc/%d/task/%d".formatted(pid, thread)));
  }

  /** CPU time of a process's threads that there are. */
  static long nanos(long pid) throws IOException {
    long sum = 0;
    try (var threads = Files.newDirectoryStream(Path.of("/proc/%d/task".formatted(pid)))) {
      for (var thread : threads) {
        sum += nanos(thread);
      }
    }
    return sum;
  }

  private static long nanos(Path thread) throws IOException {
    try {
      return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
