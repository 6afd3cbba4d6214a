package dev.lpar.operator.plan;

import dev.lpar.model.CpuPlan;
import dev.lpar.model.CpuPlanner;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.LparId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A blade's CPUs, as its agent reports them.
 *
 * @param host how many are the host's own
 * @param sharedMinimum how many dedicated partitions leave shared at least
 * @param sharedNow those shared at present; null when the agent hasn't told
 * @param pins the CPU of each vCPU, by dedicated partition, that it has or had last
 */
public record BladeCpus(
    CpuTopology topology,
    int host,
    int sharedMinimum,
    @Nullable CpuSet sharedNow,
    Map<LparId, List<Integer>> pins) {

  public BladeCpus {
    pins = Map.copyOf(pins);
  }

  /** Whether the host has no CPU of its own, so that one stays shared in any case. */
  boolean hostShares() {
    return host == 0;
  }

  /** The division that the agent comes to as well. */
  CpuPlan plan(List<CpuPlan.Request> requests) {
    return CpuPlanner.plan(topology, host, sharedMinimum, requests);
  }
}
