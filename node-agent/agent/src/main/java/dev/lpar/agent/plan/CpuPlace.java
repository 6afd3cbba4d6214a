package dev.lpar.agent.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where on the blade a partition was last put.
 *
 * @param pins the CPU of each vCPU; empty in shared mode
 * @param numaNode that its memory is bound to, or null
 */
public record CpuPlace(List<Integer> pins, @Nullable Integer numaNode) {
  public static final CpuPlace ANYWHERE = new CpuPlace(List.of(), null);

  public CpuPlace {
    pins = List.copyOf(pins);
  }
}
