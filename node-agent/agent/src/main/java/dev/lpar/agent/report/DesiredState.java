package dev.lpar.agent.report;

import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpec;
import dev.lpar.api.v1alpha1.FunctionCount;
import dev.lpar.api.v1alpha1.PartitionIntents;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.VirtualFunctionCount;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a Blade says is wanted, parsed. */
final class DesiredState {
  private DesiredState() {}

  /**
   * @throws IllegalArgumentException when a value isn't one that the schema admits; then nothing of
   *     this Blade may be acted on, for a partition that can't be read would pass for one that
   *     isn't wanted
   */
  static Desired of(Blade blade) {
    BladeSpec spec = blade.getSpec();
    if (spec == null) {
      return new Desired.Known(List.of(), Map.of(), List.of(), CpuReserve.DEFAULT, List.of());
    }
    var partitions =
        spec.partitions() == null
            ? List.<PartitionIntent>of()
            : spec.partitions().stream().map(PartitionIntents::of).toList();
    return new Desired.Known(
        partitions,
        hugePages(spec.hugePages()),
        virtualFunctions(spec.virtualFunctions()),
        new CpuReserve(
            spec.hostReserved() == null ? null : spec.hostReserved().cpus(),
            spec.sharedMinimumCpus()),
        TraceStatuses.orders(spec.exitTraces()));
  }

  private static List<VirtualFunctionCount> virtualFunctions(@Nullable List<FunctionCount> wanted) {
    return wanted == null ? List.of() : wanted.stream().map(FunctionCount::toModel).toList();
  }

  private static Map<Pages, MemorySize> hugePages(@Nullable Map<String, String> wanted) {
    var sizes = new EnumMap<Pages, MemorySize>(Pages.class);
    if (wanted != null) {
      wanted.forEach((size, memory) -> sizes.put(pages(size), MemorySize.parse(memory)));
    }
    return sizes;
  }

  private static Pages pages(String size) {
    return switch (size) {
      case "2Mi" -> Pages.SIZE_2MI;
      case "1Gi" -> Pages.SIZE_1GI;
      default -> throw new IllegalArgumentException("not a huge page size: " + size);
    };
  }
}
