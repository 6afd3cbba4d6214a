package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.BladeStep;
import dev.lpar.agent.plan.HostStep.PartitionStep;
import dev.lpar.model.LparId;
import java.util.List;
import java.util.Map;

/**
 * What to do next, and what to tell.
 *
 * @param partitionSteps by partition, each list in order; no empty list
 * @param reports of every partition wanted or found
 */
public record HostPlan(
    List<BladeStep> bladeSteps,
    Map<LparId, List<PartitionStep>> partitionSteps,
    List<PartitionReport> reports) {

  public HostPlan {
    bladeSteps = List.copyOf(bladeSteps);
    partitionSteps = Map.copyOf(partitionSteps);
    reports = List.copyOf(reports);
  }

  /** Whether nothing is to be done and nothing passes by itself. */
  public boolean settled() {
    return bladeSteps.isEmpty()
        && partitionSteps.isEmpty()
        && reports.stream().noneMatch(report -> report.situation().passing());
  }
}
