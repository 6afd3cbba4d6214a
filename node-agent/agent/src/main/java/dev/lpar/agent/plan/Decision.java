package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.PartitionStep;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is decided for one partition.
 *
 * @param report null when there is nothing left to tell of
 */
record Decision(List<PartitionStep> steps, @Nullable PartitionReport report) {
  Decision then(List<PartitionStep> further) {
    var all = new ArrayList<>(steps);
    all.addAll(further);
    return new Decision(all, report);
  }

  Decision telling(List<Attachment> devices) {
    return new Decision(steps, report == null ? null : report.with(devices));
  }

  Decision telling(@Nullable CpuReport cpu) {
    return new Decision(steps, report == null ? null : report.with(cpu));
  }

  Decision after(List<PartitionStep> before) {
    var all = new ArrayList<>(before);
    all.addAll(steps);
    return new Decision(all, report);
  }
}
