package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;

import dev.lpar.e2e.GuestLoad.Answers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The over-commitment experiment of the Virtage paper: 4, 6 and 8 partitions of two vCPUs, each of
 * which answers requests, at three loads. The paper has 8 CPUs, so that four partitions have as
 * many vCPUs as there are CPUs; here the partitions are as many and as large, and each one's load
 * is less in the proportion of the CPUs: four of them together ask for 20, 40 and 60 % of the
 * machine, as there. Prints the data of figures 3 and 4, and writes both as charts.
 */
final class OvercommitBench {
  private static final int CPUS_OF_THE_PAPER = 8;
  private static final int VCPUS = 2;
  private static final List<Integer> PARTITIONS = List.of(4, 6, 8);
  private static final List<Integer> LOADS = List.of(20, 40, 60);

  /** CPU time of a request as the blade counts it, on a lightly loaded blade. */
  private static final int REQUEST_MILLIS = 20;

  private static final int WARMUP_SECONDS = 5;
  private static final int SECONDS = 20;

  /** The guests don't begin all at once; CPUs are counted while all are at it. */
  private static final int MARGIN_SECONDS = 4;

  /** The response is called flat up to so many times that of the lightest case. */
  private static final double FLAT = 2;

  /** From this part of the CPUs on, all are taken to be used. */
  private static final double ALL = 0.95;

  private final int shared;
  private final List<Partition> partitions = new ArrayList<>();
  private final List<Measured> all = new ArrayList<>();
  private @Nullable GuestLoad requests;

  private OvercommitBench() {
    SharedGuests.reserveHostCpu();
    shared = SharedGuests.sharedCpus();
  }

  /**
   * @param offered CPUs that all requests together take
   * @param mean response time in milliseconds, of all requests
   * @param percentile the largest of the partitions' 95 % response times
   */
  private record Measured(
      int partitions,
      int load,
      double offered,
      long requests,
      double mean,
      double percentile,
      double used) {}

  public static void main(String[] arguments) throws Exception {
    try (var _ = Lab.CLIENT) {
      new OvercommitBench().run(Path.of(System.getenv("LPAR_BENCH_OUT")));
    }
  }

  private void run(Path folder) throws Exception {
    System.out.printf(
        """
        %d shared CPUs; partitions of %d vCPUs, uncapped, of equal ratio; a request takes %d ms of CPU
        load: four partitions ask for so much of the shared CPUs; six and eight for as much each

        """,
        shared, VCPUS, REQUEST_MILLIS);
    System.out.printf(
        "%10s %5s %13s %9s %12s %13s %10s%n",
        "partitions",
        "load",
        "CPUs offered",
        "requests",
        "response ms",
        "95% below ms",
        "CPUs used");
    GuestLoad.install();
    for (int count : PARTITIONS) {
      become(count);
      if (requests == null) {
        calibrate();
      }
      for (int load : LOADS) {
        report(measured(load));
      }
    }
    partitions.forEach(Partition::startDeleting);
    partitions.forEach(Partition::delete);
    GuestLoad.remove();
    write(folder);
    judge();
  }

  private void become(int count) {
    var ratio = "{\"spec\":{\"cpu\":{\"serviceRatio\":%d}}}".formatted(100 / count);
    partitions.forEach(partition -> partition.patch(ratio));
    while (partitions.size() < count) {
      var manifest =
          smallGuest("work-" + partitions.size(), "", "")
              .replace("vcpus: 1", "vcpus: " + VCPUS)
              .replace("serviceRatio: 10", "serviceRatio: " + 100 / count)
              .replace("/boot/lpar/guest.cpio.gz", GuestLoad.INITRD)
              .replace("graceSeconds: 60", "graceSeconds: 0");
      partitions.add(Partition.apply(manifest));
    }
    partitions.forEach(partition -> partition.awaitConsole("LPAR-GUEST ready"));
  }

  /**
   * Sizes a request. A guest's own clock would tell less than what the blade spends on it: the
   * exits and wake-ups that each request brings come on top.
   */
  private void calibrate() throws ExecutionException, InterruptedException {
    requests = GuestLoad.of(partitions.getFirst(), REQUEST_MILLIS);
    var trial = measured(LOADS.getFirst());
    requests = requests.scaled(trial.offered() / trial.used());
  }

  private Measured measured(int load) throws ExecutionException, InterruptedException {
    double cpus = load / 100.0 * VCPUS * shared / CPUS_OF_THE_PAPER;
    double period = REQUEST_MILLIS / 1000.0 / cpus;
    var ids = partitions.stream().map(partition -> id(partition.get())).toList();
    var pending = new ArrayList<Future<Answers>>();
    List<Double> used;
    try (var guests = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < ids.size(); i++) {
        int seed = i;
        pending.add(
            guests.submit(
                () ->
                    requests.run(
                        partitions.get(seed), VCPUS, period, WARMUP_SECONDS, SECONDS, seed)));
      }
      used =
          CpuMeter.cpus(
              onBlade(
                  "sleep %d\n".formatted(WARMUP_SECONDS)
                      + CpuMeter.command(ids, SECONDS - MARGIN_SECONDS)),
              ids.size());
    }
    var answers = new ArrayList<Answers>();
    for (var one : pending) {
      answers.add(one.get());
    }
    long count = answers.stream().mapToLong(Answers::requests).sum();
    return new Measured(
        ids.size(),
        load,
        cpus * ids.size(),
        count,
        answers.stream().mapToDouble(one -> one.mean() * one.requests()).sum() / count,
        answers.stream().mapToDouble(Answers::percentile).max().orElseThrow(),
        used.stream().mapToDouble(one -> one).sum());
  }

  private void report(Measured measured) {
    all.add(measured);
    System.out.printf(
        "%10d %4d%% %13.2f %9d %12.2f %13.2f %10.2f%n",
        measured.partitions(),
        measured.load(),
        measured.offered(),
        measured.requests(),
        measured.mean(),
        measured.percentile(),
        measured.used());
  }

  private void write(Path folder) throws IOException {
    var response = new LineChart("Figure 3: response time, ms", "partitions", PARTITIONS);
    var cpus = new LineChart("Figure 4: physical CPUs used", "partitions", PARTITIONS);
    for (int load : LOADS) {
      var those = all.stream().filter(measured -> measured.load() == load).toList();
      response.line("load %d%%".formatted(load), those.stream().map(Measured::mean).toList());
      cpus.line("load %d%%".formatted(load), those.stream().map(Measured::used).toList());
    }
    cpus.line("there are", PARTITIONS.stream().map(_ -> (double) shared).toList());
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("figure-3.svg"), response.svg());
    Files.writeString(folder.resolve("figure-4.svg"), cpus.svg());
    System.out.printf("%ncharts: %s/figure-3.svg, figure-4.svg%n", folder);
  }

  /** The paper's finding: response stays flat while the CPUs used stay below the CPUs there are. */
  private void judge() {
    double lightest = all.getFirst().mean();
    int asFound = 0;
    for (var measured : all) {
      boolean enough = measured.used() < ALL * shared;
      double times = measured.mean() / lightest;
      boolean found = enough == times <= FLAT;
      asFound += found ? 1 : 0;
      System.out.printf(
          "%d partitions, load %d%%: CPUs %s, response %.2f times the lightest case's: %s%n",
          measured.partitions(),
          measured.load(),
          enough ? "left" : "all used",
          times,
          found ? "as the paper found" : "NOT as the paper found");
    }
    System.out.printf(
        "%d of %d cases are as the paper found: response at most %.0f times the lightest case's while CPUs are left, and more when all are used%n",
        asFound, all.size(), FLAT);
  }
}
