package dev.lpar.operator.observe;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.DeviceRequest;
import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.PartitionIntents;
import dev.lpar.api.v1alpha1.Placement;
import dev.lpar.model.LparId;
import dev.lpar.operator.plan.DeviceNeed;
import dev.lpar.operator.plan.LparReason;
import dev.lpar.operator.plan.StatusCondition;
import dev.lpar.operator.plan.StatusCondition.Truth;
import dev.lpar.operator.plan.StatusProjector;
import dev.lpar.operator.plan.Wish;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads an {@link Lpar}. */
public final class Lpars {
  private Lpars() {}

  public static Wish wish(Lpar lpar) {
    var placement = Optional.ofNullable(lpar.getSpec().placement());
    return new Wish(
        PartitionIntents.of(lpar),
        needs(lpar),
        placement.map(Placement::blade).orElse(null),
        placement
            .flatMap(p -> Optional.ofNullable(p.bladeSelector()))
            .map(selector -> selector.matchLabels())
            .orElse(Map.of()),
        lastBlade(lpar),
        lastDevices(lpar));
  }

  public static LparId id(Lpar lpar) {
    return new LparId(lpar.getMetadata().getUid());
  }

  /** The blade that the status names. */
  public static @Nullable String lastBlade(Lpar lpar) {
    return lpar.getStatus() == null ? null : lpar.getStatus().blade();
  }

  /** Whether devices concern it: it asks for some, or has some. */
  public static boolean hasDevices(Lpar lpar) {
    return !needs(lpar).isEmpty() || !lastDevices(lpar).isEmpty();
  }

  private static List<DeviceNeed> needs(Lpar lpar) {
    return Optional.ofNullable(lpar.getSpec().devices()).orElse(List.of()).stream()
        .map(Lpars::need)
        .toList();
  }

  private static DeviceNeed need(DeviceRequest request) {
    var named = request.passthroughDevice();
    return named == null
        ? new DeviceNeed.Selected(
            request.name(),
            Objects.requireNonNull(
                    request.selector(), "the schema demands passthroughDevice or selector")
                .matchLabels())
        : new DeviceNeed.Named(request.name(), named);
  }

  /** The devices that the status names. */
  private static List<AttachedDevice> lastDevices(Lpar lpar) {
    return Optional.ofNullable(lpar.getStatus())
        .flatMap(status -> Optional.ofNullable(status.devices()))
        .orElse(List.of());
  }

  public static List<StatusCondition> conditions(Lpar lpar) {
    return lpar.getStatus() == null ? List.of() : Conditions.read(lpar.getStatus().conditions());
  }

  /** Whether it waits for room: any blade's change may help it, not only its own blade's. */
  public static boolean waitsForRoom(Lpar lpar) {
    return StatusCondition.named(StatusProjector.PLACED, conditions(lpar))
        .filter(
            placed ->
                placed.truth() == Truth.TRUE && placed.reason().equals(LparReason.PLACED.word()))
        .isEmpty();
  }
}
