package dev.lpar.agent.host;

import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitTally;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the VM exits of all guests of the blade, each with its time. */
public interface ExitCounter {
  /**
   * Counts of a moment, all growing.
   *
   * @param exits by process; those of processes that have ended are left out, and let go
   * @param lost exits of any guest that there was no room to count, or whose count the kernel left
   *     out since another program was at work
   * @param cost of counting; null where the kernel doesn't tell (sysctl kernel.bpf_stats_enabled)
   */
  record Counts(Map<Long, Map<ExitKey, ExitTally>> exits, long lost, @Nullable Cost cost) {}

  /**
   * What the counter itself took of the blade's CPUs, all programs together.
   *
   * @param runs of its programs
   */
  record Cost(long runs, long nanos) {}

  /**
   * @throws HostException when exits can't be counted, with the reason
   */
  Counts read();
}
