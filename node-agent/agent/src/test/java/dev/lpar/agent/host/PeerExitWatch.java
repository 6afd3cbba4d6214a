package dev.lpar.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** Another's program that watches exits. */
final class PeerExitWatch implements ExitWatch {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final Process process;
  private final boolean bpf;

  private PeerExitWatch(Process process, boolean bpf) {
    this.process = process;
    this.bpf = bpf;
  }

  /** A program of bpftrace; one more probe of it says each second that it is at work. */
  static PeerExitWatch bpftrace(Path folder, String program) throws Exception {
    return start(
        folder,
        true,
        List.of(
            "/usr/bin/bpftrace",
            "-B",
            "line",
            "-e",
            program + " interval:s:1 { printf(\"at work\\n\"); }"));
  }

  static PeerExitWatch perf(Path folder, List<String> arguments) throws Exception {
    var words = new ArrayList<>(List.of("/usr/bin/perf"));
    words.addAll(arguments);
    return start(folder, false, words);
  }

  private static PeerExitWatch start(Path folder, boolean bpf, List<String> command)
      throws Exception {
    var log = folder.resolve("peer.log");
    var watch = new PeerExitWatch(BenchProcess.start(log, command), bpf);
    var end = Instant.now().plus(LIMIT);
    while (!(bpf ? Files.readString(log).contains("at work") : watch.hasEvents())) {
      if (!watch.process.isAlive() || Instant.now().isAfter(end)) {
        watch.close();
        throw new IOException(
            "%s isn't at work: %s".formatted(command.getFirst(), Files.readString(log).strip()));
      }
      Thread.sleep(200);
    }
    // What is still to be done once the events are open.
    Thread.sleep(1000);
    return watch;
  }

  private boolean hasEvents() throws IOException {
    try (var files = Files.newDirectoryStream(proc("fd"))) {
      for (var file : files) {
        if (Files.readSymbolicLink(file).toString().contains("perf_event")) {
          return true;
        }
      }
    } catch (IOException e) {
      return false;
    }
    return false;
  }

  private Path proc(String name) {
    return Path.of("/proc/%d/%s".formatted(process.pid(), name));
  }

  @Override
  public long programNanos() throws IOException {
    if (!bpf) {
      return NO_PROGRAMS;
    }
    long nanos = 0;
    var seen = new HashSet<String>();
    try (var files = Files.newDirectoryStream(proc("fdinfo"))) {
      for (var file : files) {
        var info = Files.readString(file);
        if (info.contains("run_time_ns:") && seen.add(number(info, "prog_id"))) {
          nanos += Long.parseLong(number(info, "run_time_ns"));
        }
      }
    }
    return nanos;
  }

  private static String number(String info, String name) {
    var match = Pattern.compile("^" + name + ":\\s+(\\d+)$", Pattern.MULTILINE).matcher(info);
    return match.find() ? match.group(1) : "0";
  }

  @Override
  public long besideNanos() throws IOException {
    return BenchProcess.nanos(process.pid());
  }

  @Override
  public void close() {
    BenchProcess.end(process);
  }
}
