package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.VirtualFunctionCount;
import dev.lpar.operator.plan.StatusCondition.Truth;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides how many virtual functions a blade is told to make. A number changes only while nobody
 * depends on one of them, for the kernel takes all away before it makes others; until then, the
 * former number stays in force.
 */
public final class VirtualFunctionPlanner {
  private final DeviceObject object;
  private final int wish;
  private final BladeInventory inventory;
  private final List<PartitionIntent> assigned;
  private final @Nullable VirtualFunctionCount former;

  /**
   * What comes of one object's wish.
   *
   * @param told what the blade is told; null for nothing
   */
  record Decision(
      @Nullable VirtualFunctionCount told, Truth truth, DeviceReason reason, String message) {}

  private VirtualFunctionPlanner(
      DeviceObject object, int wish, BladeInventory inventory, List<PartitionIntent> assigned) {
    this.object = object;
    this.wish = wish;
    this.inventory = inventory;
    this.assigned = assigned;
    this.former =
        inventory.told().stream()
            .filter(count -> count.passthroughDevice().equals(object.name()))
            .findFirst()
            .orElse(null);
  }

  /** All that the blade is to be told, by the names of those that ask. */
  public static List<VirtualFunctionCount> plan(
      BladeInventory inventory, List<PartitionIntent> assigned) {
    return inventory.objects().stream()
        .flatMap(object -> decide(object, inventory, assigned).stream())
        .flatMap(decision -> Stream.ofNullable(decision.told()))
        .sorted(Comparator.comparing(VirtualFunctionCount::passthroughDevice))
        .toList();
  }

  /** Nothing for an object that asks for no number. */
  static Optional<Decision> decide(
      DeviceObject object, BladeInventory inventory, List<PartitionIntent> assigned) {
    return Optional.ofNullable(object.virtualFunctions())
        .map(wish -> new VirtualFunctionPlanner(object, wish, inventory, assigned).decide());
  }

  private Decision decide() {
    var sighting = inventory.sighting(object);
    return switch (sighting) {
      case Sighting.Found(var device) -> decide(device);
      // Another object speaks for the function, or there is none that could ever be divided.
      case Sighting.Duplicate _, Sighting.IsBridge _ ->
          new Decision(null, Truth.FALSE, sighting.reason(), sighting.message(inventory.blade()));
      case Sighting.NotFound(), Sighting.Ambiguous _ ->
          new Decision(former, Truth.FALSE, sighting.reason(), sighting.message(inventory.blade()));
      case Sighting.BladeUnknown() ->
          new Decision(
              former, Truth.UNKNOWN, sighting.reason(), sighting.message(inventory.blade()));
    };
  }

  private Decision decide(BladeDevice device) {
    int total = orNone(device.totalVirtualFunctions());
    int present = orNone(device.virtualFunctions());
    var asked = new VirtualFunctionCount(object.name(), object.identity(), wish);
    if (wish == present) {
      return new Decision(
          total == 0 ? null : asked, Truth.TRUE, DeviceReason.AS_ASKED, "it has " + words(present));
    }
    if (total == 0) {
      return refused(DeviceReason.NOT_SUPPORTED, "it can't have virtual functions");
    }
    if (wish > total) {
      return refused(DeviceReason.TOO_MANY, "it can have at most " + total);
    }
    return obstacle(device, present)
        .orElseGet(
            () -> {
              var problem = device.problem() == null ? "" : ": " + device.problem();
              return new Decision(
                  asked,
                  Truth.FALSE,
                  DeviceReason.PENDING,
                  "it has %s and is to have %d%s".formatted(words(present), wish, problem));
            });
  }

  private Optional<Decision> obstacle(BladeDevice device, int present) {
    // Of those that a reboot took away, more are made again without harm, but not fewer.
    boolean disturbs = present > 0 || (former != null && wish < former.count());
    var virtual = inventory.virtualFunctions(device);
    return Stream.of(
            disturbs
                ? claim(claim -> isOfVirtual(claim, device))
                    .map(
                        claim ->
                            refused(
                                DeviceReason.VIRTUAL_FUNCTIONS_CLAIMED,
                                "%s: the number changes when no partition has one"
                                    .formatted(claim)))
                : Optional.<Decision>empty(),
            virtual.stream()
                .filter(function -> function.hostUse() != null)
                .findFirst()
                .map(
                    function ->
                        refused(
                            DeviceReason.HOST_CRITICAL,
                            "the host needs the virtual function %s: %s"
                                .formatted(function.address(), function.hostUse()))),
            claim(claim -> isOf(claim, device))
                .map(
                    claim ->
                        refused(
                            DeviceReason.CLAIMED,
                            "%s: the host must have it to divide it".formatted(claim))))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Who has what, in words, of the first claim that is such. */
  private Optional<String> claim(Predicate<DeviceIntent> such) {
    return assigned.stream()
        .flatMap(
            partition ->
                partition.devices().stream()
                    .filter(such)
                    .map(
                        claim ->
                            "%s is claimed by %s"
                                .formatted(claim.passthroughDevice(), partition.displayName())))
        .findFirst();
  }

  /** Also of one that isn't there, such as after a reboot: its slot tells whose it is. */
  private boolean isOfVirtual(DeviceIntent claim, BladeDevice physical) {
    var slot = claim.identity().slot();
    return inventory
        .only(claim.identity())
        .map(function -> physical.address().equals(function.physicalFunction()))
        .orElse(slot != null && slot.startsWith(physical.slot() + "/vf"));
  }

  /** An IOMMU group goes whole to the partition that has claimed one of it. */
  private boolean isOf(DeviceIntent claim, BladeDevice physical) {
    return claim.passthroughDevice().equals(object.name())
        || inventory
            .only(claim.identity())
            .filter(
                function ->
                    function.equals(physical) || BladeInventory.sameGroup(function, physical))
            .isPresent();
  }

  private Decision refused(DeviceReason reason, String message) {
    return new Decision(former, Truth.FALSE, reason, message);
  }

  private static String words(int count) {
    return switch (count) {
      case 0 -> "no virtual functions";
      case 1 -> "1 virtual function";
      default -> count + " virtual functions";
    };
  }

  private static int orNone(@Nullable Integer count) {
    return Objects.requireNonNullElse(count, 0);
  }
}
