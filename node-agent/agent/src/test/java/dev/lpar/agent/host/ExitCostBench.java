package dev.lpar.agent.host;

import dev.lpar.agent.host.ExitCostTable.Round;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What it costs a partition that its exits are counted, beside others' ways to watch them, all in
 * one run, in turns, on one guest that does nothing but exit. Started by {@code hack/bench exits},
 * on a blade and on the machine itself, where no agent is at work.
 */
final class ExitCostBench {
  private static final Path FOLDER = Path.of("/tmp/exits");
  private static final Path STATISTICS = Path.of("/proc/sys/kernel/bpf_stats_enabled");
  private static final Duration WARM_UP = Duration.ofMillis(200);
  private static final Duration SPAN = Duration.ofMillis(150);

  /** Of each measurement; the median counts. */
  private static final int SPANS = 8;

  private static final String HISTOGRAM = "bpftrace, histogram of times by reason";
  private static final String COUNT = "bpftrace, count by reason";
  private static final String RECORD = "perf kvm stat record";
  private static final String LIKE_RECORD = "perf record, as perf kvm stat has it";
  private static final String TRACE = "perf trace";

  private final ExitPoints points;
  private final ExitBoundGuest guest;
  private final ExitCostTable table =
      new ExitCostTable(List.of(HISTOGRAM, COUNT, RECORD, LIKE_RECORD, TRACE));

  private ExitCostBench(ExitPoints points, ExitBoundGuest guest) {
    this.points = points;
    this.guest = guest;
  }

  /**
   * @param arguments number of rounds, and the CPU of the vCPU
   */
  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    int cpu = Integer.parseInt(arguments[1]);
    Files.createDirectories(FOLDER);
    leaveStatisticsAsTheyAre();
    var points = exitsAreTold(cpu) ? ExitPoints.REAL : ExitPoints.standIn(FOLDER.resolve("told"));
    try (var guest = guest(points, cpu)) {
      new ExitCostBench(points, guest).run(rounds);
    }
  }

  /** Also when this is interrupted. */
  private static void leaveStatisticsAsTheyAre() throws IOException {
    var before = Files.readString(STATISTICS);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      try {
                        Files.writeString(STATISTICS, before);
                      } catch (IOException e) {
                        System.err.println(STATISTICS + " isn't as it was: " + e.getMessage());
                      }
                    }));
  }

  private static ExitBoundGuest guest(ExitPoints points, int cpu) throws Exception {
    return ExitBoundGuest.start(FOLDER, points.code(), points.statistic(), points.perExit(), cpu);
  }

  /** Tries whether this KVM hits its tracepoints kvm_exit and kvm_entry. */
  private static boolean exitsAreTold(int cpu) throws Exception {
    try (var guest = guest(ExitPoints.REAL, cpu);
        var watch = OwnExitWatch.empty(ExitPoints.REAL)) {
      Files.writeString(STATISTICS, "1");
      guest.run(WARM_UP);
      return watch.runs() > 0;
    } finally {
      Files.writeString(STATISTICS, "0");
    }
  }

  private void run(int rounds) throws Exception {
    System.out.printf(
        "%s and %s, %d rounds of %d x %d ms%n%n",
        points.exit(), points.entry(), rounds, SPANS, SPAN.toMillis());
    for (int round = 0; round < rounds; round++) {
      for (var watch : watches().entrySet()) {
        try {
          table.add(watch.getKey(), measure(watch.getValue()));
        } catch (IOException e) {
          table.refuse(watch.getKey(), String.valueOf(e.getMessage()));
        }
      }
    }
    System.out.println(table.text());
  }

  private Map<String, ExitWatch.Kind> watches() {
    var watches = new LinkedHashMap<String, ExitWatch.Kind>();
    watches.put(ExitCostTable.EMPTY, _ -> OwnExitWatch.empty(points));
    watches.put(ExitCostTable.COUNTER, _ -> OwnExitWatch.counter(points));
    watches.put(
        "the counter, and a trace of this guest",
        traced -> OwnExitWatch.tracer(points, traced.pid()));
    watches.put(
        "the counter, and a trace of another",
        _ -> OwnExitWatch.tracer(points, ProcessHandle.current().pid()));
    var exit = "tracepoint:kvm:" + points.exit();
    var entry = "tracepoint:kvm:" + points.entry();
    watches.put(
        HISTOGRAM,
        _ ->
            PeerExitWatch.bpftrace(
                FOLDER,
                "%s { @at[tid] = nsecs; @why[tid] = args.%s; } %s /@at[tid]/ { @took[@why[tid]] = hist(nsecs - @at[tid]); delete(@at[tid]); }"
                    .formatted(exit, points.reason(), entry)));
    watches.put(
        COUNT,
        _ ->
            PeerExitWatch.bpftrace(
                FOLDER, "%s { @[args.%s] = count(); }".formatted(exit, points.reason())));
    watches.put(
        points.real() ? RECORD : LIKE_RECORD,
        traced -> PeerExitWatch.perf(FOLDER, record(traced.pid())));
    watches.put(
        TRACE,
        traced ->
            PeerExitWatch.perf(
                FOLDER,
                List.of(
                    "trace",
                    "-e",
                    "kvm:%s,kvm:%s".formatted(points.exit(), points.entry()),
                    "-p",
                    "" + traced.pid(),
                    "-o",
                    "/dev/null")));
    return watches;
  }

  /** Where KVM doesn't tell exits, what {@code perf kvm stat record} does, on the stand-ins. */
  private List<String> record(long pid) {
    return points.real()
        ? List.of("kvm", "--host", "stat", "record", "-p", "" + pid, "-o", "/dev/null")
        : List.of(
            "record",
            "-R",
            "-c",
            "1",
            "-m",
            "1024",
            "-e",
            "kvm:%s,kvm:%s".formatted(points.exit(), points.entry()),
            "-p",
            "" + pid,
            "-o",
            "/dev/null");
  }

  private Round measure(ExitWatch.Kind kind) throws Exception {
    double before = nanosPerExit();
    double with;
    double programs;
    double beside;
    try (var watch = kind.attach(guest)) {
      guest.run(WARM_UP);
      with = nanosPerExit();
      programs = programs(watch);
      beside = beside(watch);
    }
    return new Round((before + nanosPerExit()) / 2, with, programs, beside);
  }

  private double nanosPerExit() throws Exception {
    guest.run(WARM_UP);
    var spans = new double[SPANS];
    for (int i = 0; i < SPANS; i++) {
      spans[i] = guest.run(SPAN).nanosPerExit();
    }
    return ExitCostTable.median(spans);
  }

  private double beside(ExitWatch watch) throws Exception {
    long before = watch.besideNanos();
    long exits = guest.run(SPAN.multipliedBy(4)).exits();
    return (double) (watch.besideNanos() - before) / exits;
  }

  /** In a span of its own: that the kernel keeps count costs. */
  private double programs(ExitWatch watch) throws Exception {
    if (watch.programNanos() == ExitWatch.NO_PROGRAMS) {
      return ExitWatch.NO_PROGRAMS;
    }
    Files.writeString(STATISTICS, "1");
    try {
      long before = watch.programNanos();
      var span = guest.run(SPAN);
      return (double) (watch.programNanos() - before) / span.exits();
    } finally {
      Files.writeString(STATISTICS, "0");
    }
  }
}
