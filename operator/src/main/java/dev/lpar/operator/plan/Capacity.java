package dev.lpar.operator.plan;

import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.Map;

/**
 * What the partitions of a blade can have in all besides CPUs, as its agent reports it.
 *
 * @param memory in pages of 4Ki
 * @param hugePages by page size; a size that is missing isn't reserved on the blade
 * @param serviceRatio sum of the ratios that may be given out, in percent
 */
public record Capacity(MemorySize memory, Map<Pages, MemorySize> hugePages, int serviceRatio) {

  public static final Capacity NONE = new Capacity(MemorySize.ZERO, Map.of(), 0);

  public Capacity {
    hugePages = Map.copyOf(hugePages);
  }

  /** All the memory of a page size, taken or not. */
  public MemorySize memoryIn(Pages pages) {
    return pages == Pages.SIZE_4KI ? memory : hugePages.getOrDefault(pages, MemorySize.ZERO);
  }
}
