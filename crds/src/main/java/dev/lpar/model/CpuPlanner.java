package dev.lpar.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides a blade's CPUs: whole cores for the host and for each dedicated partition, the rest
 * shared. The operator asks it whether a partition has room, the agent which CPUs it gets: both
 * have the same answer.
 */
public final class CpuPlanner {
  private final int threadsNeededBeside;
  private final Map<Integer, List<CpuSet>> free = new LinkedHashMap<>();

  private CpuPlanner(CpuTopology topology, CpuSet host, int sharedMinimum) {
    this.threadsNeededBeside = Math.max(sharedMinimum, host.isEmpty() ? 1 : 0);
    topology
        .nodes()
        .forEach(
            node ->
                free.put(
                    node.id(),
                    new ArrayList<>(
                        node.cores().stream()
                            .filter(core -> core.minus(host).equals(core))
                            .toList())));
  }

  /**
   * @param hostCpus how many CPUs are the host's
   * @param sharedMinimum how many CPUs dedicated partitions leave at least
   * @param requests of dedicated partitions, active or not, those served first coming first
   */
  public static CpuPlan plan(
      CpuTopology topology, int hostCpus, int sharedMinimum, Collection<CpuPlan.Request> requests) {
    throw new UnsupportedOperationException();
  }
}
