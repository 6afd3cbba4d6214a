package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.BLADE;
import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;

import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What it costs to give a guest an NVMe disk and to take it back, step by step as the agent logs
 * them; and reads from the disk in the guest beside the same reads under the host's driver, by the
 * same programs, in one run.
 */
final class DevicesBench {
  private static final int ROUNDS = 5;
  private static final int RANDOM_READS = 2000;
  private static final String SERIAL_NUMBER = "lpar-data-1";

  /** Where on the disk the guest finds perl, in MiB; what is read in sequence ends before it. */
  private static final int PROGRAM_AT = 128;

  /**
   * Reads pages at places that never come twice, past any cache: nothing of the disk is in one, and
   * the kernel reads nothing ahead.
   */
  private static final String RANDOM =
      """
      my ($device, $reads) = @ARGV;
      sub uptime { open my $f, "<", "/proc/uptime"; (split / /, <$f>)[0] }
      open my $disk, "<:raw", $device or die "$device: $!\\n";
      my $blocks = sysseek($disk, 0, 2) / 4096;
      my ($at, $data) = (1);
      my $start = uptime();
      for (1 .. $reads) {
        $at = ($at * 25173 + 13849) % $blocks;
        sysseek $disk, $at * 4096, 0;
        sysread($disk, $data, 4096) == 4096 or die "$device: $!\\n";
      }
      printf "%.2f\\n", uptime() - $start;
      """;

  private DevicesBench() {}

  /** Seconds of each run. */
  private record Reads(List<Double> sequential, List<Double> random) {}

  /** Where a command is run. */
  private interface Machine {
    String run(String command);
  }

  public static void main(String[] arguments) {
    try (var _ = Lab.CLIENT) {
      var disk = Device.nvme(SERIAL_NUMBER);
      disk.offer();
      var host = onTheHost(disk.blockDevice(SERIAL_NUMBER));
      var partition = Partition.apply(smallGuest("bench", "", disk.claim()));
      var lpar = partition.awaitPhase(Phase.RUNNING);
      partition.awaitConsole("LPAR-GUEST ready");
      compare(host, inTheGuest(partition));
      var claim =
          "{\"spec\":{\"devices\":[{\"name\":\"device\",\"passthroughDevice\":\"%s\"}]}}"
              .formatted(disk.name());
      var gone = new ArrayList<Double>();
      var back = new ArrayList<Double>();
      for (int round = 0; round < ROUNDS; round++) {
        gone.add(seconds(partition, "{\"spec\":{\"devices\":null}}", 0));
        back.add(seconds(partition, claim, 1));
      }
      System.out.printf(
          "%nfrom the patch to the status, the guest running, median of %d: taken back %.1f s, given %.1f s%n",
          ROUNDS, median(gone), median(back));
      partition.delete();
      disk.awaitNative("nvme");
      disk.withdraw();
      steps(id(lpar));
    }
  }

  private static double seconds(Partition partition, String patch, int devices) {
    long start = System.nanoTime();
    partition.patch(patch);
    if (devices == 0) {
      partition.awaitNoDevices();
    } else {
      partition.awaitDevices(AttachmentReason.ATTACHED, devices);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Leaves perl on the disk for the guest, which has none. */
  private static Reads onTheHost(String device) {
    onBlade("dd if=/dev/urandom of=" + device + " bs=1M oflag=direct status=none 2>&1 || true");
    onBlade(
        """
        cat >/tmp/read.pl <<'SCRIPT'
        %sSCRIPT
        tar -chf - -C / tmp/read.pl usr/bin/perl $(ldd /usr/bin/perl | grep -o '/[^ ]*' | sed 's#^/##') |
          dd of=%s bs=1M seek=%d iflag=fullblock oflag=direct conv=sync status=none"""
            .formatted(RANDOM, device, PROGRAM_AT));
    return reads(Lab::onBlade, device);
  }

  private static Reads inTheGuest(Partition partition) {
    partition.inGuest(
        "dd if=/dev/nvme0n1 bs=1M skip=" + PROGRAM_AT + " count=16 2>/dev/null | tar x -C /");
    return reads(partition::inGuest, "/dev/nvme0n1");
  }

  private static Reads reads(Machine machine, String device) {
    var reads = new Reads(new ArrayList<>(), new ArrayList<>());
    machine.run("echo 0 >/sys/block/" + device.substring(5) + "/queue/read_ahead_kb");
    for (int round = 0; round < ROUNDS; round++) {
      reads
          .sequential()
          .add(
              elapsed(
                  machine.run(
                      "cat /proc/uptime; dd if=%s of=/dev/null bs=1M count=%d iflag=direct 2>/dev/null; cat /proc/uptime"
                          .formatted(device, PROGRAM_AT))));
      reads
          .random()
          .add(
              Double.valueOf(
                  machine
                      .run(
                          "echo 3 >/proc/sys/vm/drop_caches; /usr/bin/perl /tmp/read.pl %s %d"
                              .formatted(device, RANDOM_READS))
                      .strip()));
    }
    return reads;
  }

  /** From two lines of /proc/uptime. */
  private static double elapsed(String uptimes) {
    var seconds = uptimes.strip().lines().map(line -> Double.valueOf(line.split(" ")[0])).toList();
    return seconds.getLast() - seconds.getFirst();
  }

  private static void compare(Reads host, Reads guest) {
    System.out.printf(
        "%-28s %8s %8s %8s%n", "reads, median of " + ROUNDS, "host", "guest", "ratio");
    row("%d MiB in sequence, s".formatted(PROGRAM_AT), host.sequential(), guest.sequential());
    row("%d x 4 KiB at random, s".formatted(RANDOM_READS), host.random(), guest.random());
  }

  private static void row(String what, List<Double> host, List<Double> guest) {
    System.out.printf(
        "%-28s %8.2f %8.2f %8.2f%n",
        what, median(host), median(guest), median(guest) / median(host));
  }

  private static void steps(String id) {
    Map<String, List<Double>> steps = new LinkedHashMap<>();
    var step =
        Pattern.compile(id + ": (\\w+)\\b.* in ([0-9]+) ms")
            .matcher(Lab.lab("logs", BLADE, "--tail=-1").orFail().output());
    while (step.find()) {
      steps
          .computeIfAbsent(step.group(1), _ -> new ArrayList<>())
          .add(Double.valueOf(step.group(2)));
    }
    if (steps.isEmpty()) {
      throw new AssertionError("the agent has logged no step of partition " + id);
    }
    System.out.printf(
        "%n%-28s %8s %10s %10s%n", "steps of the agent", "times", "median ms", "most ms");
    steps.forEach(
        (name, millis) ->
            System.out.printf(
                "%-28s %8d %10.0f %10.0f%n",
                name,
                millis.size(),
                median(millis),
                millis.stream().mapToDouble(Double::doubleValue).max().orElseThrow()));
  }

  private static double median(List<Double> values) {
    var sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
