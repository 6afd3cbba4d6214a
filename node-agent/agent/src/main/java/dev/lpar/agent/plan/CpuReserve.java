package dev.lpar.agent.plan;

import dev.lpar.model.CpuTopology;
import org.jspecify.annotations.Nullable;

/**
 * How many CPUs a blade's administrator keeps from dedicated partitions.
 *
 * @param host for the host's own work; null: the default
 * @param sharedMinimum that stay shared; null: the default
 */
public record CpuReserve(@Nullable Integer host, @Nullable Integer sharedMinimum) {
  public static final CpuReserve DEFAULT = new CpuReserve(null, null);

  /** A blade with fewer CPUs keeps none for itself by default. */
  private static final int SMALL = 4;

  public int hostCpus(CpuTopology topology) {
    return host != null ? host : topology.cpus().size() < SMALL ? 0 : 1;
  }

  public int sharedMinimumCpus() {
    return sharedMinimum != null ? sharedMinimum : 1;
  }
}
