package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.operator.plan.DeviceMatching.Candidate;
import dev.lpar.operator.plan.DeviceNeed.Named;
import dev.lpar.operator.plan.DeviceNeed.Selected;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the devices of a blade that a partition claims. What the partition holds it keeps, as
 * long as it is what is asked for: the administrator's consent is asked for once.
 */
final class DeviceClaims {
  /** More of the devices that would do but can't be had would hide what else is said. */
  private static final int MOST_EXAMPLES = 2;

  private final PartitionIntent intent;
  private final List<DeviceNeed> needs;
  private final BladeInventory inventory;
  private final List<DeviceIntent> held;
  private final List<Claim> others;
  private final Map<String, DeviceIntent> chosen = new LinkedHashMap<>();
  private final List<String> reasons = new ArrayList<>();

  /** What comes of it. */
  sealed interface Choice {
    /** Every need is met, by these in the order of the needs. */
    record Met(List<DeviceIntent> devices) implements Choice {}

    /**
     * @param reasons one for each need that can't be met
     */
    record Unmet(List<String> reasons) implements Choice {}
  }

  /** What another partition holds. */
  private record Claim(String owner, DeviceIntent device, Optional<BladeDevice> function) {}

  private DeviceClaims(Wish wish, BladeView blade, List<DeviceIntent> held) {
    this.intent = wish.intent();
    this.needs = wish.devices();
    this.inventory = blade.inventory();
    this.held = held;
    this.others =
        blade.assigned().stream()
            .filter(other -> !other.id().equals(intent.id()))
            .flatMap(
                other ->
                    other.devices().stream()
                        .map(device -> new Claim(other.displayName(), device, function(device))))
            .toList();
  }

  /**
   * @param held what the partition holds on this blade
   */
  static Choice choose(Wish wish, BladeView blade, List<DeviceIntent> held) {
    return wish.devices().isEmpty()
        ? new Choice.Met(List.of())
        : new DeviceClaims(wish, blade, held).choose();
  }

  /** The same claims, each known as what its object says now: so a broken card is replaced. */
  static List<DeviceIntent> upToDate(BladeView blade, List<DeviceIntent> claims) {
    return claims.stream()
        .map(
            claim ->
                blade
                    .inventory()
                    .object(claim.passthroughDevice())
                    .map(object -> claim(claim.name(), object))
                    .orElse(claim))
        .toList();
  }

  private static DeviceIntent claim(String name, DeviceObject object) {
    return new DeviceIntent(name, object.name(), object.identity());
  }

  private Choice choose() {
    for (var need : needs) {
      if (need instanceof Named named) {
        chooseNamed(named);
      }
    }
    var open = new ArrayList<Selected>();
    for (var need : needs) {
      if (need instanceof Selected selected && !keeps(selected)) {
        open.add(selected);
      }
    }
    chooseSelected(open);
    return reasons.isEmpty()
        ? new Choice.Met(
            needs.stream().map(need -> Objects.requireNonNull(chosen.get(need.name()))).toList())
        : new Choice.Unmet(List.copyOf(reasons));
  }

  private void chooseNamed(Named need) {
    var object = inventory.object(need.passthroughDevice());
    var kept =
        heldAs(need.name()).filter(d -> d.passthroughDevice().equals(need.passthroughDevice()));
    if (object.isEmpty()) {
      kept.ifPresentOrElse(
          device -> chosen.put(need.name(), device),
          () ->
              reasons.add(
                  "%s: %s has no such PassthroughDevice"
                      .formatted(need.words(), inventory.blade())));
      return;
    }
    obstacle(object.get())
        .ifPresentOrElse(
            why -> reasons.add("%s: %s".formatted(need.words(), why)),
            () -> chosen.put(need.name(), claim(need.name(), object.get())));
  }

  private boolean keeps(Selected need) {
    var kept =
        heldAs(need.name())
            .flatMap(device -> inventory.object(device.passthroughDevice()))
            .filter(need::accepts)
            .filter(object -> !isChosen(object) && obstacle(object).isEmpty());
    kept.ifPresent(object -> chosen.put(need.name(), claim(need.name(), object)));
    return kept.isPresent();
  }

  private void chooseSelected(List<Selected> open) {
    var options = new LinkedHashMap<String, List<Candidate>>();
    for (var need : open) {
      options.put(
          need.name(),
          suitable(need)
              .filter(object -> selectionObstacle(object).isEmpty())
              .map(object -> new Candidate(object, numaNode(object)))
              .toList());
    }
    var nodes =
        chosen.values().stream()
            .flatMap(device -> function(device).map(BladeDevice::numaNode).stream())
            .toList();
    var matched = DeviceMatching.match(options, nodes);
    for (var need : open) {
      var candidate = matched.get(need.name());
      if (candidate == null) {
        reasons.add(shortage(need, options.getOrDefault(need.name(), List.of())));
      } else {
        chosen.put(need.name(), claim(need.name(), candidate.object()));
      }
    }
  }

  /** Those with the labels that no other need of this partition has got. */
  private Stream<DeviceObject> suitable(Selected need) {
    return inventory.objects().stream().filter(need::accepts).filter(object -> !isChosen(object));
  }

  private String shortage(Selected need, List<Candidate> contested) {
    if (!contested.isEmpty()) {
      return "%s: no further device with %s is free".formatted(need.name(), need.words());
    }
    var examples =
        suitable(need)
            .sorted(DeviceObject.PRECEDENCE)
            .flatMap(
                object -> selectionObstacle(object).map(why -> object.name() + ": " + why).stream())
            .limit(MOST_EXAMPLES)
            .toList();
    return "%s: no device with %s is free%s"
        .formatted(
            need.name(),
            need.words(),
            examples.isEmpty() ? "" : " (" + String.join("; ", examples) + ")");
  }

  /** A device that is chosen, not named, also has to be in order. */
  private Optional<String> selectionObstacle(DeviceObject object) {
    return obstacle(object)
        .or(
            () ->
                holds(object)
                    ? Optional.empty()
                    : inventory
                        .only(object.identity())
                        .map(BladeDevice::problem)
                        .map("not healthy: %s"::formatted));
  }

  /** Why this partition can't have the device. */
  private Optional<String> obstacle(DeviceObject object) {
    return (holds(object) ? Optional.<String>empty() : consent(object)).or(() -> taken(object));
  }

  private Optional<String> consent(DeviceObject object) {
    return inventory
        .bar(object)
        .map(BladeInventory.Bar::message)
        .or(
            () ->
                object.offeredTo(intent.namespace())
                    ? Optional.empty()
                    : Optional.of("not offered to namespace " + intent.namespace()));
  }

  private Optional<String> taken(DeviceObject object) {
    var function = inventory.only(object.identity());
    return others.stream()
        .filter(
            other ->
                other.device().passthroughDevice().equals(object.name())
                    || (function.isPresent() && function.equals(other.function())))
        .findFirst()
        .map(other -> "claimed by " + other.owner())
        .or(() -> function.flatMap(this::groupTaken));
  }

  private Optional<String> groupTaken(BladeDevice function) {
    return others.stream()
        .filter(
            other ->
                other
                    .function()
                    .filter(held -> BladeInventory.sameGroup(function, held))
                    .isPresent())
        .findFirst()
        .map(
            other ->
                "its IOMMU group %d has %s, claimed by %s"
                    .formatted(
                        function.iommuGroup(), other.device().passthroughDevice(), other.owner()));
  }

  private boolean isChosen(DeviceObject object) {
    return chosen.values().stream()
        .anyMatch(device -> device.passthroughDevice().equals(object.name()));
  }

  private boolean holds(DeviceObject object) {
    return held.stream().anyMatch(device -> device.passthroughDevice().equals(object.name()));
  }

  private Optional<DeviceIntent> heldAs(String name) {
    return held.stream().filter(device -> device.name().equals(name)).findFirst();
  }

  private @Nullable Integer numaNode(DeviceObject object) {
    return inventory.only(object.identity()).map(BladeDevice::numaNode).orElse(null);
  }

  private Optional<BladeDevice> function(DeviceIntent claim) {
    return inventory.only(claim.identity());
  }
}
