package dev.lpar.operator.plan;

import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Says why no blade takes a partition: one clause per group of blades, with the numbers. */
final class NoFit {
  /** Groups in the order people want to read them: what can be freed, then what was chosen. */
  private static final List<Class<? extends Obstacle>> ORDER =
      List.of(
          Obstacle.CoresTaken.class,
          Obstacle.LastSharedTaken.class,
          Obstacle.NothingShared.class,
          Obstacle.RatioUnusable.class,
          Obstacle.RatioTaken.class,
          Obstacle.MemoryTaken.class,
          Obstacle.DiskTaken.class,
          Obstacle.DevicesLacking.class,
          Obstacle.Full.class,
          Obstacle.NoVirtualization.class,
          Obstacle.InMaintenance.class,
          Obstacle.NotReady.class,
          Obstacle.NotSelected.class,
          Obstacle.NotNamed.class,
          Obstacle.DeviceElsewhere.class);

  /** Blades whose reasons are given in full; those of a hundred would hide the rest. */
  private static final int MOST_REASONS = 4;

  private NoFit() {}

  /** Such as "0/3 blades fit: 2 lack memory (need 16Gi of 2Mi pages, most free 12Gi), 1 …". */
  static String describe(Collection<Obstacle> obstacles) {
    Map<Class<? extends Obstacle>, List<Obstacle>> groups = new LinkedHashMap<>();
    for (var kind : ORDER) {
      var group = obstacles.stream().filter(kind::isInstance).toList();
      if (!group.isEmpty()) {
        groups.put(kind, group);
      }
    }
    return "0/%d blades fit: %s"
        .formatted(
            obstacles.size(),
            groups.values().stream()
                .map(group -> group.size() + " " + clause(group))
                .collect(Collectors.joining(", ")));
  }

  /** The same for the one blade that a change concerns. */
  static String describe(Obstacle obstacle) {
    return clause(List.of(obstacle));
  }

  private static String clause(List<Obstacle> group) {
    String lack = group.size() == 1 ? "lacks" : "lack";
    String most = group.size() == 1 ? "free" : "most free";
    return switch (group.getFirst()) {
      case Obstacle.MemoryTaken(var pages, var need, var _) ->
          "%s memory (need %s of %s pages, %s %s)"
              .formatted(lack, need, size(pages), most, mostMemory(group));
      case Obstacle.CoresTaken _ -> CpuClauses.cores(all(Obstacle.CoresTaken.class, group));
      case Obstacle.LastSharedTaken(var user) ->
          "would have no shared CPU left for %s".formatted(user);
      case Obstacle.NothingShared() -> lack + " a shared CPU (all are dedicated or the host's)";
      case Obstacle.RatioUnusable _ ->
          CpuClauses.unusable(all(Obstacle.RatioUnusable.class, group));
      case Obstacle.RatioTaken(int need, int _) ->
          "%s service ratio (need %d%%, %s %d%%)".formatted(lack, need, most, mostRatio(group));
      case Obstacle.DiskTaken(var path, var owner) ->
          "%s the disk %s given to %s".formatted(group.size() == 1 ? "has" : "have", path, owner);
      case Obstacle.DevicesLacking _ -> lack + " devices: " + reasons(group);
      case Obstacle.Full(int partitions) ->
          "%s %d partitions, the most there can be"
              .formatted(group.size() == 1 ? "has" : "have", partitions);
      case Obstacle.NoVirtualization() -> lack + " virtualization (VMX or SVM)";
      case Obstacle.InMaintenance() -> "in maintenance";
      case Obstacle.NotReady() -> "not Ready";
      case Obstacle.NotSelected() ->
          (group.size() == 1 ? "doesn't" : "don't") + " match placement.bladeSelector";
      case Obstacle.NotNamed(var pin) -> "other than placement.blade (%s)".formatted(pin);
      case Obstacle.DeviceElsewhere(var device, var blade) ->
          "without %s, which is on %s".formatted(device, blade);
    };
  }

  private static <T extends Obstacle> List<T> all(Class<T> kind, List<Obstacle> group) {
    return group.stream().map(kind::cast).toList();
  }

  private static String reasons(List<Obstacle> group) {
    var reasons =
        group.stream()
            .flatMap(obstacle -> ((Obstacle.DevicesLacking) obstacle).reasons().stream())
            .distinct()
            .toList();
    var most = reasons.stream().limit(MOST_REASONS).collect(Collectors.joining("; "));
    return reasons.size() > MOST_REASONS
        ? "%s; and %d more".formatted(most, reasons.size() - MOST_REASONS)
        : most;
  }

  private static MemorySize mostMemory(List<Obstacle> group) {
    return group.stream()
        .map(obstacle -> ((Obstacle.MemoryTaken) obstacle).free())
        .max(Comparator.naturalOrder())
        .orElse(MemorySize.ZERO);
  }

  private static int mostRatio(List<Obstacle> group) {
    return group.stream()
        .mapToInt(obstacle -> ((Obstacle.RatioTaken) obstacle).free())
        .max()
        .orElse(0);
  }

  private static String size(Pages pages) {
    return new MemorySize(pages.bytes()).toString();
  }
}
