package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;

import java.util.regex.Pattern;

/**
 * Requests that a guest answers, and how long each takes. They come when they come, whether or not
 * the last ones are answered: the response time then has the wait for a CPU in it. One process for
 * each vCPU takes the next request and computes for as many turns of a loop as it is told. The
 * guest has the program, and perl, from an initrd of its own.
 */
final class GuestLoad {
  /** On the blade. */
  static final String INITRD = "/boot/lpar/load.cpio.gz";

  private static final String PROGRAM =
      """
      sub now { my $time = "\\0" x 16; syscall(228, 1, $time); my ($s, $ns) = unpack "qq", $time; $s + $ns / 1e9 }
      sub work { my $turns = shift; 1 while $turns-- > 0 }
      if ($ARGV[0] eq "calibrate") {
        my $least = 1e9;
        for (1 .. 50) { my $start = now(); work(20000); my $took = now() - $start; $least = $took if $took < $least }
        printf "%.0f turns a millisecond\\n", 20 / $least;
        exit;
      }
      my ($turns, $period, $warmup, $seconds, $workers, $seed) = @ARGV;
      pipe my $queue, my $requests;
      pipe my $answers, my $answer;
      for (1 .. $workers) {
        next if fork;
        close $requests;
        while (sysread $queue, my $came, 8) {
          work($turns);
          syswrite $answer, $came . pack "d", now() - unpack "d", $came;
        }
        exit;
      }
      close $answer;
      my $start = now();
      for my $i (0 .. ($warmup + $seconds) / $period) {
        my $comes = $start + $period * ($i + (($i + 1000 * $seed) * 2654435761 % 4294967296) / 4294967296);
        while ((my $wait = $comes - now()) > 0) { select undef, undef, undef, $wait }
        syswrite $requests, pack "d", $comes;
      }
      close $requests;
      my ($sum, @took) = (0);
      while (sysread $answers, my $one, 16) {
        my ($came, $took) = unpack "dd", $one;
        push @took, 1000 * $took and $sum += 1000 * $took if $came >= $start + $warmup;
      }
      @took = sort { $a <=> $b } @took;
      printf "requests %d mean %.3f p95 %.3f ms\\n", scalar @took, $sum / @took, $took[0.95 * @took];
      """;

  private static final Pattern SPEED = Pattern.compile("([0-9]+) turns a millisecond");
  private static final Pattern ANSWERS =
      Pattern.compile("requests ([0-9]+) mean ([0-9.]+) p95 ([0-9.]+) ms");

  private final long turns;

  /**
   * @param turns of the loop for each request
   */
  private GuestLoad(long turns) {
    this.turns = turns;
  }

  /**
   * @param mean response time, in milliseconds
   * @param percentile that 95 % of the response times are at most, in milliseconds
   */
  record Answers(long requests, double mean, double percentile) {}

  /** Makes the initrd: the lab's guest, and after it, as the kernel takes it, what is added. */
  static void install() {
    onBlade(
        """
        set -e
        tree=$(mktemp -d)
        cat >$tree/load.pl <<'PROGRAM'
        %sPROGRAM
        tar -chf - -C / usr/bin/perl $(ldd /usr/bin/perl | grep -o '/[^ ]*' | sed 's#^/##') | tar -xf - -C $tree
        (cd $tree && find . -mindepth 1 | busybox cpio -o -H newc 2>/dev/null | gzip -1) | cat /boot/lpar/guest.cpio.gz - >%s
        rm -r $tree"""
            .formatted(PROGRAM, INITRD));
  }

  static void remove() {
    onBlade("rm " + INITRD);
  }

  /**
   * @param partition whose guest tells how fast a CPU is; nothing else is to want one meanwhile
   * @param millis of CPU time that a request takes
   */
  static GuestLoad of(Partition partition, int millis) {
    var speed = SPEED.matcher(partition.inGuest("/usr/bin/perl /load.pl calibrate"));
    if (!speed.find()) {
      throw new AssertionError("the guest didn't tell its speed");
    }
    return new GuestLoad(millis * Long.parseLong(speed.group(1)));
  }

  /** Requests of so many times the turns. */
  GuestLoad scaled(double factor) {
    return new GuestLoad(Math.round(turns * factor));
  }

  /**
   * Runs for a while and gives how it went.
   *
   * @param periodSeconds between two requests, on average
   * @param warmupSeconds whose requests don't count
   * @param seed other arrivals for another one
   */
  Answers run(
      Partition partition,
      int vcpus,
      double periodSeconds,
      int warmupSeconds,
      int seconds,
      int seed) {
    var output =
        partition.inGuest(
            "/usr/bin/perl /load.pl %d %.6f %d %d %d %d"
                .formatted(turns, periodSeconds, warmupSeconds, seconds, vcpus, seed));
    var match = ANSWERS.matcher(output);
    if (!match.find()) {
      throw new AssertionError("the guest's load says: " + output);
    }
    return new Answers(
        Long.parseLong(match.group(1)),
        Double.parseDouble(match.group(2)),
        Double.parseDouble(match.group(3)));
  }
}
