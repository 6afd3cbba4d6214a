package dev.lpar.operator.observe;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpec;
import dev.lpar.api.v1alpha1.BladeStatus;
import dev.lpar.api.v1alpha1.BladeStatus.Resources;
import dev.lpar.api.v1alpha1.CpuTopologies;
import dev.lpar.api.v1alpha1.FunctionCount;
import dev.lpar.api.v1alpha1.Partition;
import dev.lpar.api.v1alpha1.PartitionCpu;
import dev.lpar.api.v1alpha1.PartitionIntents;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.PassthroughDeviceStatus.Claim;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.VirtualFunctionCount;
import dev.lpar.operator.plan.BladeCpus;
import dev.lpar.operator.plan.BladeReason;
import dev.lpar.operator.plan.BladeView;
import dev.lpar.operator.plan.BladeView.Readiness;
import dev.lpar.operator.plan.Capacity;
import dev.lpar.operator.plan.DeviceObject;
import dev.lpar.operator.plan.StatusCondition;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a {@link Blade}: gaps in its spec and status become what they mean. */
public final class Blades {
  public static final String READY = "Ready";

  private Blades() {}

  /**
   * @param devices those of this blade
   */
  public static BladeView view(Blade blade, List<DeviceObject> devices) {
    var ready = ready(blade);
    var status = status(blade);
    var virtualization = status.flatMap(s -> Optional.ofNullable(s.virtualization()));
    return new BladeView(
        blade.getMetadata().getName(),
        Optional.ofNullable(blade.getMetadata().getLabels()).orElse(Map.of()),
        Boolean.TRUE.equals(spec(blade).map(BladeSpec::maintenance).orElse(false)),
        readiness(ready),
        ready.map(StatusCondition::message).orElse("its agent hasn't reported yet"),
        virtualization.map(v -> !"None".equals(v.isa())).orElse(false),
        cpus(blade),
        status
            .flatMap(s -> Optional.ofNullable(s.allocatable()))
            .map(Blades::capacity)
            .orElse(Capacity.NONE),
        intents(blade),
        reports(blade).stream()
            .collect(Collectors.toMap(r -> new LparId(r.id()), Function.identity())),
        caughtUp(blade),
        Fleets.inventory(blade.getMetadata().getName(), Optional.of(blade), devices));
  }

  /** {@code spec.partitions}. */
  public static List<Partition> partitions(Blade blade) {
    return spec(blade).flatMap(spec -> Optional.ofNullable(spec.partitions())).orElse(List.of());
  }

  /** {@code spec.virtualFunctions}, by the names of those that ask. */
  public static List<VirtualFunctionCount> virtualFunctions(Blade blade) {
    return spec(blade).map(BladeSpec::virtualFunctions).stream()
        .flatMap(List::stream)
        .map(FunctionCount::toModel)
        .sorted(Comparator.comparing(VirtualFunctionCount::passthroughDevice))
        .toList();
  }

  /** What the blade is to run, parsed. */
  public static List<PartitionIntent> intents(Blade blade) {
    return partitions(blade).stream().map(PartitionIntents::of).toList();
  }

  /** {@code status.partitions}. */
  public static List<PartitionStatus> reports(Blade blade) {
    return status(blade).flatMap(s -> Optional.ofNullable(s.partitions())).orElse(List.of());
  }

  /** Which partition has claimed which PassthroughDevice. */
  public static Map<String, Claim> claims(Blade blade) {
    var claims = new LinkedHashMap<String, Claim>();
    for (var partition : partitions(blade)) {
      for (var device : Optional.ofNullable(partition.devices()).orElse(List.of())) {
        claims.put(
            device.passthroughDevice(),
            new Claim(partition.namespace(), partition.name(), partition.id()));
      }
    }
    return claims;
  }

  /** Whether no partition is assigned to the blade and none can still be on it. */
  public static boolean vacant(Blade blade) {
    boolean neverReported = status(blade).map(BladeStatus::observedGeneration).isEmpty();
    return partitions(blade).isEmpty()
        && reports(blade).isEmpty()
        && (neverReported || caughtUp(blade));
  }

  /** The blade's words when its agent is silent; null when it isn't. */
  public static @Nullable String silence(Blade blade) {
    return ready(blade)
        .filter(condition -> readiness(Optional.of(condition)) == Readiness.SILENT)
        .map(StatusCondition::message)
        .orElse(null);
  }

  public static Optional<BladeStatus> status(Blade blade) {
    return Optional.ofNullable(blade.getStatus());
  }

  private static Optional<BladeSpec> spec(Blade blade) {
    return Optional.ofNullable(blade.getSpec());
  }

  private static boolean caughtUp(Blade blade) {
    return status(blade)
        .map(BladeStatus::observedGeneration)
        .filter(observed -> observed >= blade.getMetadata().getGeneration())
        .isPresent();
  }

  private static Optional<StatusCondition> ready(Blade blade) {
    List<Condition> conditions =
        status(blade).flatMap(s -> Optional.ofNullable(s.conditions())).orElse(List.of());
    return StatusCondition.named(READY, Conditions.read(conditions));
  }

  private static Readiness readiness(Optional<StatusCondition> ready) {
    if (ready.isEmpty()) {
      return Readiness.NOT_READY;
    }
    return switch (ready.get().truth()) {
      case TRUE -> Readiness.READY;
      case FALSE -> Readiness.NOT_READY;
      case UNKNOWN ->
          ready.get().reason().equals(BladeReason.AGENT_SILENT.word())
              ? Readiness.SILENT
              : Readiness.NOT_READY;
    };
  }

  private static BladeCpus cpus(Blade blade) {
    var status = status(blade);
    return new BladeCpus(
        CpuTopologies.of(status.map(BladeStatus::topology).orElse(null)),
        status.map(BladeStatus::hostReserved).map(Resources::cpus).orElse(0),
        status.map(BladeStatus::sharedMinimumCpus).orElse(1),
        status
            .map(BladeStatus::cpuSets)
            .map(sets -> CpuSet.parse(Optional.ofNullable(sets.shared()).orElse("")))
            .orElse(null),
        pins(blade));
  }

  private static Map<LparId, List<Integer>> pins(Blade blade) {
    var pins = new HashMap<LparId, List<Integer>>();
    for (var report : reports(blade)) {
      Optional.ofNullable(report.cpu())
          .map(PartitionCpu::vcpuPins)
          .filter(text -> text.matches("[0-9]{1,5}(,[0-9]{1,5})*"))
          .map(text -> Stream.of(text.split(",", -1)).map(Integer::valueOf).toList())
          .ifPresent(cpus -> pins.put(new LparId(report.id()), cpus));
    }
    return pins;
  }

  private static Capacity capacity(Resources allocatable) {
    var huge = new EnumMap<Pages, MemorySize>(Pages.class);
    Optional.ofNullable(allocatable.hugePages())
        .orElse(Map.of())
        .forEach(
            (size, amount) ->
                pages(size).ifPresent(pages -> huge.put(pages, MemorySize.parse(amount))));
    return new Capacity(
        Optional.ofNullable(allocatable.memory()).map(MemorySize::parse).orElse(MemorySize.ZERO),
        huge,
        Optional.ofNullable(allocatable.serviceRatio()).orElse(100));
  }

  private static Optional<Pages> pages(String size) {
    return switch (size) {
      case "2Mi" -> Optional.of(Pages.SIZE_2MI);
      case "1Gi" -> Optional.of(Pages.SIZE_1GI);
      default -> Optional.empty();
    };
  }
}
