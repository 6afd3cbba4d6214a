package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;

import dev.lpar.model.CpuSet;
import java.util.List;

/**
 * CPUs of the blade that never idle, by a spinner on each that every other thread is preferred to
 * (SCHED_IDLE, in the root control group). The CPUs of an emulated blade share those of this
 * machine, so that one is the faster the more of the others idle: while all are awake their speed
 * stays the same.
 */
final class AwakeCpus implements AutoCloseable {
  private final List<String> spinners;

  AwakeCpus(CpuSet cpus) {
    spinners = cpus.stream().mapToObj(AwakeCpus::spin).toList();
  }

  private static String spin(int cpu) {
    return onBlade(
        """
        setsid sh -c 'echo $$ >/sys/fs/cgroup/cgroup.procs && exec chrt -i 0 taskset -c %d perl -e "1 while 1"' \
          </dev/null >/dev/null 2>&1 &
        echo $!"""
            .formatted(cpu));
  }

  @Override
  public void close() {
    onBlade("kill " + String.join(" ", spinners));
  }
}
