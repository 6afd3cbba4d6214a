package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.BladeStep;
import dev.lpar.agent.plan.HostStep.PartitionStep;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What to do next, and what to tell.
 *
 * @param partitionSteps by partition, in the order they are served in; each list in order and not
 *     empty
 * @param reports of every partition wanted or found
 * @param cpus what each CPU is for
 * @param traces of VM exits
 */
public record HostPlan(
    List<BladeStep> bladeSteps,
    Map<LparId, List<PartitionStep>> partitionSteps,
    List<PartitionReport> reports,
    CpuSets cpus,
    TracePlan traces) {

  /**
   * What each CPU is for at present; the sets have none in common.
   *
   * @param host empty when the host's work runs on the shared CPUs
   * @param sharedMinimum how many always stay shared
   */
  public record CpuSets(CpuSet host, CpuSet dedicated, CpuSet shared, int sharedMinimum) {}

  public HostPlan {
    bladeSteps = List.copyOf(bladeSteps);
    partitionSteps = Collections.unmodifiableMap(new LinkedHashMap<>(partitionSteps));
    reports = List.copyOf(reports);
  }

  /** Whether nothing is to be done and nothing passes by itself. */
  public boolean settled() {
    return bladeSteps.isEmpty()
        && partitionSteps.isEmpty()
        && traces.steps().isEmpty()
        && reports.stream().noneMatch(report -> report.situation().passing());
  }
}
