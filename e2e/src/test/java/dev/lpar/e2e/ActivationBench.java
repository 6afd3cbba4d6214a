package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;

import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.Phase;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What activation costs beyond QEMU itself: from the creation of an Lpar until its status says
 * Running, beside the very same QEMU command line started by hand on the same blade until QMP says
 * running; run by run in turn. Prints the seconds of each run, the medians, their ratio and
 * difference, and the resident memory of agent and operator.
 */
final class ActivationBench {
  private static final int ROUNDS = 10;

  private ActivationBench() {}

  public static void main(String[] arguments) throws Exception {
    var ours = new double[ROUNDS];
    var byHand = new double[ROUNDS];
    try (var _ = Lab.CLIENT) {
      System.out.println("round   lpar s   by hand s");
      for (int round = 0; round < ROUNDS; round++) {
        var partition = activate(round, ours);
        var lpar = partition.get();
        saveCommandLine(lpar);
        partition.delete();
        byHand[round] = startByHand();
        System.out.printf("%5d  %7.2f  %10.2f%n", round + 1, ours[round], byHand[round]);
      }
    }
    double lpar = median(ours);
    double hand = median(byHand);
    System.out.printf(
        "median  %6.2f  %10.2f   ratio %.2f, difference %.2f s; goal: at most 1.2 x by hand + 1 s = %.2f s: %s%n",
        lpar,
        hand,
        lpar / hand,
        lpar - hand,
        1.2 * hand + 1,
        lpar <= 1.2 * hand + 1 ? "met" : "MISSED");
    memory("agent", Lab.BLADE, "dev.lpar.agent.Main", 100);
    memory("operator", Lab.MANAGER, "quarkus", 256);
    onBlade("rm -rf /run/lpar-bench");
  }

  private static Partition activate(int round, double[] seconds) throws Exception {
    var running = new CompletableFuture<Long>();
    try (var _ =
        Lab.CLIENT
            .resources(Lpar.class)
            .inNamespace(Lab.NAMESPACE)
            .withName("bench-" + round)
            .watch(
                new Watcher<>() {
                  @Override
                  public void eventReceived(Action action, Lpar lpar) {
                    if (lpar.getStatus() != null && lpar.getStatus().phase() == Phase.RUNNING) {
                      running.complete(System.nanoTime());
                    }
                  }

                  @Override
                  public void onClose(WatcherException cause) {
                    running.completeExceptionally(cause);
                  }
                })) {
      long start = System.nanoTime();
      var partition = Partition.apply(smallGuest("bench-" + round, "", ""));
      seconds[round] = (running.get(Lab.LONG.toSeconds(), TimeUnit.SECONDS) - start) / 1e9;
      return partition;
    }
  }

  /**
   * Keeps the guest's command line for the run by hand, in a folder of its own, and the root that
   * QEMU was laid out in. {@code -S} is left out: it lets a guest stand still until it is told to
   * go, which the agent does.
   */
  private static void saveCommandLine(Lpar lpar) {
    var pid = Lab.qemuPids(lpar).getFirst();
    onBlade(
        "mkdir -p /run/lpar-bench && cd /run/lpar-bench && grep -zvxF -e -S /proc/%d/cmdline >cmdline && sed -i 's#/run/lpar/%s#/run/lpar-bench#g' cmdline && systemctl show -p RootDirectory --value lpar-%s.service >root && %s"
            .formatted(pid, id(lpar), id(lpar), writeScript()));
  }

  /** Starts the saved command line and waits for QMP to say running, all on the blade's clock. */
  private static String writeScript() {
    return """
        cat >by-hand <<'SCRIPT'
        set -e
        trap 'systemctl stop lpar-bench' EXIT
        cd /run/lpar-bench
        mapfile -d '' argv <cmdline
        rm -f qmp console pid
        timeout 60 perl -MIO::Socket::UNIX -e '
          sub uptime { open my $f, "<", "/proc/uptime"; (split / /, <$f>)[0] }
          $start = uptime();
          system(@ARGV) and die "systemd-run failed\n";
          until (defined $reply and $reply =~ /"running": true/) {
            select undef, undef, undef, 0.02;
            $qmp = IO::Socket::UNIX->new("qmp") or next;
            print $qmp qq({"execute": "qmp_capabilities"}{"execute": "query-status"});
            $qmp->flush;
            do { $reply = <$qmp> } while defined $reply and $reply !~ /"status":/;
          }
          printf "%d\n", 1000 * (uptime() - $start);' \
          systemd-run --quiet --unit=lpar-bench -p RootDirectory="$(cat root)" -p MountAPIVFS=yes -p BindPaths=/run/lpar-bench -p BindReadOnlyPaths=/boot -p LimitMEMLOCK=infinity "${argv[@]}"
        SCRIPT""";
  }

  private static double startByHand() {
    return Double.parseDouble(onBlade("bash /run/lpar-bench/by-hand").lines().toList().getLast())
        / 1000;
  }

  private static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(ROUNDS - 1) / 2] + sorted[ROUNDS / 2]) / 2;
  }

  private static void memory(String what, String node, String process, int goalMebibytes) {
    var kibibytes =
        await(
            "memory of the " + what,
            () ->
                Lab.on(
                    node,
                    "for p in $(pgrep -f '^[^ ]*java .*"
                        + process
                        + "'); do sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$p/status; done"),
            text -> text.matches("[0-9]+"));
    long mebibytes = Long.parseLong(kibibytes) >> 10;
    System.out.printf(
        "%s: %d MiB resident; goal: at most %d MiB: %s%n",
        what, mebibytes, goalMebibytes, mebibytes <= goalMebibytes ? "met" : "MISSED");
  }
}
