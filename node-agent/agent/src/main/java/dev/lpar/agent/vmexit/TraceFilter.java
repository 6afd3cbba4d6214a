package dev.lpar.agent.vmexit;

import dev.lpar.model.CpuSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which exits a trace keeps: those that all of it admits.
 *
 * @param groups empty for all
 * @param factors by name; empty for all
 * @param vcpus null for all
 * @param minNanos shortest exit to keep, waits not counted; 0 keeps those without a time too
 */
public record TraceFilter(
    Set<ExitGroup> groups, Set<String> factors, @Nullable CpuSet vcpus, long minNanos) {
  public static final TraceFilter ALL = new TraceFilter(Set.of(), Set.of(), null, 0);

  public TraceFilter {
    groups = Set.copyOf(groups);
    factors = Set.copyOf(factors);
  }

  public boolean keeps(ExitRecord exit, ExitFactor factor) {
    return (groups.isEmpty() || groups.contains(factor.group()))
        && (factors.isEmpty() || factors.contains(factor.name()))
        && (vcpus == null || vcpus.contains(exit.vcpu()))
        && (minNanos == 0 || exit.handledNanos() >= minNanos);
  }
}
