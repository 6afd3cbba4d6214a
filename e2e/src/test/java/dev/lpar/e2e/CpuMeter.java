package dev.lpar.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What partitions' vCPUs use of the blade's shared CPUs: the kernel's count, over the blade's own
 * clock. One process reads both, the files open from the start, so that nothing comes between the
 * clock and a count; each count is of the moment between the clock before and after it.
 */
final class CpuMeter {
  private static final String LOOK =
      """
      perl -e '
        my ($looks, $seconds, @paths) = @ARGV;
        my @files = map { open my $file, "<", $_ or die "$_: $!\\n"; $file } @paths;
        sub now { my $time = "\\0" x 16; syscall(228, 1, $time); my ($s, $ns) = unpack "qq", $time; 1e6 * $s + $ns / 1e3 }
        sub look {
          for (@files) {
            my $before = now();
            sysseek $_, 0, 0;
            sysread $_, my $text, 4096;
            printf "%%.0f %%d\\n", ($before + now()) / 2, $text =~ /usage_usec (\\d+)/;
          }
        }
        look();
        for (2 .. $looks) { select undef, undef, undef, $seconds; look() }
      ' %d %s %s
      """;

  private CpuMeter() {}

  /**
   * One look at one partition, in microseconds.
   *
   * @param at since the blade's boot
   * @param used CPU time of the vCPUs
   */
  record Look(long at, long used) {
    double cpusUntil(Look later) {
      return (double) (later.used - used) / (later.at - at);
    }
  }

  /**
   * A shell command of the blade that measures.
   *
   * @param ids of the partitions
   */
  static String command(List<String> ids, int seconds) {
    return command(ids, 2, seconds);
  }

  /**
   * A shell command of the blade that looks again and again.
   *
   * @param seconds between two looks
   */
  static String command(List<String> ids, int looks, double seconds) {
    return LOOK.formatted(
        looks,
        seconds,
        ids.stream().map(id -> file(id, "vcpus/cpu.stat")).collect(Collectors.joining(" ")));
  }

  /**
   * CPUs that each partition used, in the order of the ids.
   *
   * @param output of the command: microseconds of the clock and of CPU time, all partitions twice
   */
  static List<Double> cpus(String output, int partitions) {
    var looks = looks(output);
    if (looks.size() != 2 * partitions) {
      throw new AssertionError("two looks at " + partitions + " partitions expected: " + output);
    }
    var used = new ArrayList<Double>();
    for (int i = 0; i < partitions; i++) {
      used.add(looks.get(i).cpusUntil(looks.get(partitions + i)));
    }
    return used;
  }

  /** All looks at all partitions, in their order. */
  static List<Look> looks(String output) {
    return output
        .lines()
        .filter(line -> line.matches("[0-9]+ [0-9]+"))
        .map(line -> line.split(" "))
        .map(words -> new Look(Long.parseLong(words[0]), Long.parseLong(words[1])))
        .toList();
  }

  /** The path of a file of a partition's control group. */
  static String file(String id, String name) {
    return "/sys/fs/cgroup/lpar.slice/lpar-" + id + ".service/" + name;
  }
}
