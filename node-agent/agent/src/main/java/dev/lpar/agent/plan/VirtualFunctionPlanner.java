package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.BladeStep;
import dev.lpar.agent.plan.HostStep.SetVirtualFunctions;
import dev.lpar.model.VirtualFunctionCount;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides how many virtual functions are made. The kernel changes a number only by taking all of
 * them away first, so it stays as it is while anything depends on one.
 */
public final class VirtualFunctionPlanner {
  private final ObservedDevices devices;

  VirtualFunctionPlanner(ObservedDevices devices) {
    this.devices = devices;
  }

  /** Those that were refused come last, or nothing behind them would ever be done. */
  List<BladeStep> steps(Desired desired) {
    return counts(desired).stream()
        .flatMap(wanted -> change(wanted, desired).stream())
        .sorted(Comparator.comparing(step -> devices.refusals().containsKey(step.device())))
        .map(BladeStep.class::cast)
        .toList();
  }

  /** Why a function hasn't the virtual ones it is to have, where that was tried; null otherwise. */
  public static @Nullable String problem(
      PciFunction function, ObservedDevices devices, Desired desired) {
    var refusal = devices.refusals().get(function.address());
    boolean pending =
        counts(desired).stream()
            .anyMatch(
                wanted ->
                    devices.matching(wanted.identity()).equals(List.of(function))
                        && wanted.count() != function.virtualFunctions());
    return refusal == null || !pending ? null : refusal.message();
  }

  private static List<VirtualFunctionCount> counts(Desired desired) {
    return desired instanceof Desired.Known(_, _, var counts, _, _) ? counts : List.of();
  }

  private Optional<SetVirtualFunctions> change(VirtualFunctionCount wanted, Desired desired) {
    var matches = devices.matching(wanted.identity());
    if (matches.size() != 1) {
      return Optional.empty();
    }
    var physical = matches.getFirst();
    boolean possible = wanted.count() <= physical.totalVirtualFunctions();
    return possible && wanted.count() != physical.virtualFunctions() && isFree(physical, desired)
        ? Optional.of(new SetVirtualFunctions(physical.address(), wanted.count()))
        : Optional.empty();
  }

  /**
   * Whether no partition has or wants the function or one of its virtual ones, nor the host those.
   */
  private boolean isFree(PciFunction physical, Desired desired) {
    var virtual = devices.virtualFunctions(physical);
    return Stream.concat(Stream.of(physical), virtual.stream())
            .noneMatch(function -> isHeld(function) || isWanted(function, desired))
        && virtual.stream().allMatch(function -> function.hostUse() == null);
  }

  private boolean isHeld(PciFunction function) {
    var entry = devices.held().get(function.address());
    return entry != null && entry.partition() != null;
  }

  private boolean isWanted(PciFunction function, Desired desired) {
    return desired instanceof Desired.Known(var partitions, _, _, _, _)
        && partitions.stream()
            .flatMap(intent -> intent.devices().stream())
            .anyMatch(device -> devices.matching(device.identity()).contains(function));
  }
}
