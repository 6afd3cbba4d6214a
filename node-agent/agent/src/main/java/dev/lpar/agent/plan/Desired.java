package dev.lpar.agent.plan;

import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.VirtualFunctionCount;
import java.util.List;
import java.util.Map;

/** What the blade is to be like. */
public sealed interface Desired {
  /**
   * The Blade hasn't been read since the agent started. Nothing is started, and nothing is stopped
   * for not being wanted: that it isn't wanted isn't known.
   */
  record Unknown() implements Desired {}

  /**
   * The Blade as last read.
   *
   * @param partitions in the order of the Blade's spec, which is the order they are served in
   * @param hugePages memory to set aside by page size
   * @param virtualFunctions how many the physical functions named here are to have
   * @param reserve CPUs that dedicated partitions don't get
   * @param traces of VM exits, to be taken in their order, or kept
   */
  record Known(
      List<PartitionIntent> partitions,
      Map<Pages, MemorySize> hugePages,
      List<VirtualFunctionCount> virtualFunctions,
      CpuReserve reserve,
      List<TraceOrder> traces)
      implements Desired {
    public Known {
      partitions = List.copyOf(partitions);
      hugePages = Map.copyOf(hugePages);
      virtualFunctions = List.copyOf(virtualFunctions);
      traces = List.copyOf(traces);
    }
  }
}
