package dev.lpar.e2e;

import java.util.ArrayList;
import java.util.List;

/**
 * What partitions' vCPUs use of the blade's shared CPUs: the kernel's count, over the blade's own
 * clock, both read in one command at either end.
 */
final class CpuMeter {
  private static final String LOOK =
      """
      look() {
        date +%%s%%N
        for id in %s; do sed -n 's/^usage_usec //p' %s; done
      }
      look
      sleep %d
      look
      """;

  private CpuMeter() {}

  /**
   * A shell command of the blade that measures.
   *
   * @param ids of the partitions
   */
  static String command(List<String> ids, int seconds) {
    return LOOK.formatted(String.join(" ", ids), file("$id", "vcpus/cpu.stat"), seconds);
  }

  /**
   * CPUs that each partition used, in the order of the ids.
   *
   * @param output of the command
   */
  static List<Double> cpus(String output, int partitions) {
    var numbers = output.lines().filter(line -> line.matches("[0-9]+")).map(Long::valueOf).toList();
    int size = partitions + 1;
    if (numbers.size() != 2 * size) {
      throw new AssertionError("two looks at " + partitions + " partitions expected: " + output);
    }
    double micros = (numbers.get(size) - numbers.getFirst()) / 1000.0;
    var used = new ArrayList<Double>();
    for (int i = 1; i < size; i++) {
      used.add((numbers.get(size + i) - numbers.get(i)) / micros);
    }
    return used;
  }

  /** The path of a file of a partition's control group. */
  static String file(String id, String name) {
    return "/sys/fs/cgroup/lpar.slice/lpar-" + id + ".service/" + name;
  }
}
