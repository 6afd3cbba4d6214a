package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.VirtualFunctionCount;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The PCI functions that a blade reports, and the PassthroughDevices that are to be among them.
 *
 * @param reported null when there is no such blade, or no report of it
 * @param objects those of this blade
 * @param told how many virtual functions it is to make
 */
public record BladeInventory(
    String blade,
    @Nullable List<BladeDevice> reported,
    List<DeviceObject> objects,
    List<VirtualFunctionCount> told) {

  public BladeInventory {
    reported = reported == null ? null : List.copyOf(reported);
    objects = List.copyOf(objects);
    told = List.copyOf(told);
  }

  /** Why nobody can claim a device, whoever asks. */
  public record Bar(DeviceReason reason, String message) {}

  Optional<DeviceObject> object(String name) {
    return objects.stream().filter(object -> object.name().equals(name)).findFirst();
  }

  /** Which function the object stands for, if any. */
  Sighting sighting(DeviceObject object) {
    if (reported == null) {
      return new Sighting.BladeUnknown();
    }
    var matches = matches(object.identity());
    return switch (matches.size()) {
      case 0 -> new Sighting.NotFound();
      case 1 -> {
        var device = matches.getFirst();
        yield device.bridge()
            ? new Sighting.IsBridge(device.address())
            : objects.stream()
                .filter(other -> DeviceObject.PRECEDENCE.compare(other, object) < 0)
                .filter(other -> matches(other.identity()).equals(matches))
                .min(DeviceObject.PRECEDENCE)
                .<Sighting>map(other -> new Sighting.Duplicate(other.name()))
                .orElse(new Sighting.Found(device));
      }
      default -> new Sighting.Ambiguous(matches.stream().map(BladeDevice::address).toList());
    };
  }

  /**
   * All functions that have everything which is asked for. A virtual one that tells the same as its
   * physical one isn't among them: it is known by its slot.
   */
  List<BladeDevice> matches(DeviceIdentity asked) {
    var all = functions().filter(device -> asked.matches(device.identity())).toList();
    return all.stream()
        .filter(
            device ->
                all.stream().noneMatch(other -> other.address().equals(device.physicalFunction())))
        .toList();
  }

  /** The virtual functions of a physical one. */
  List<BladeDevice> virtualFunctions(BladeDevice physical) {
    return functions()
        .filter(device -> physical.address().equals(device.physicalFunction()))
        .toList();
  }

  /** The function, if there is exactly one. */
  Optional<BladeDevice> only(DeviceIdentity asked) {
    var matches = matches(asked);
    return matches.size() == 1 ? Optional.of(matches.getFirst()) : Optional.empty();
  }

  /** The others of its IOMMU group; bridges stay with their drivers and don't count. */
  List<BladeDevice> groupMembers(BladeDevice device) {
    return functions()
        .filter(other -> !other.bridge() && !other.address().equals(device.address()))
        .filter(other -> sameGroup(device, other))
        .toList();
  }

  static boolean sameGroup(BladeDevice one, BladeDevice other) {
    return one.iommuGroup() != null && Objects.equals(one.iommuGroup(), other.iommuGroup());
  }

  /** What keeps everybody from claiming the device. */
  Optional<Bar> bar(DeviceObject object) {
    var sighting = sighting(object);
    if (!(sighting instanceof Sighting.Found(var device))) {
      return Optional.of(new Bar(DeviceReason.NOT_PRESENT, sighting.message(blade)));
    }
    var needed = hostNeed(device);
    if (needed.isPresent()) {
      return Optional.of(new Bar(DeviceReason.HOST_CRITICAL, needed.get()));
    }
    var changing = changing(device);
    if (changing.isPresent()) {
      return Optional.of(new Bar(DeviceReason.PENDING, changing.get()));
    }
    if (device.iommuGroup() == null) {
      return Optional.of(
          new Bar(
              DeviceReason.NO_IOMMU,
              "%s has no IOMMU for it, so that a guest's device could write anywhere: switch VT-d or"
                      .formatted(blade)
                  + " AMD-Vi on in its firmware settings and on the kernel's command line"));
    }
    return object.assignable()
        ? Optional.empty()
        : Optional.of(new Bar(DeviceReason.NOT_OFFERED, "not offered: set assignable: true in it"));
  }

  /** What the host needs the device or another one of its group for. */
  private Optional<String> hostNeed(BladeDevice device) {
    var own = hostUse(device).map("the host needs it: %s"::formatted);
    return own.or(
        () ->
            groupMembers(device).stream()
                .flatMap(
                    member ->
                        hostUse(member)
                            .map(
                                use ->
                                    "the host needs %s of its IOMMU group %d: %s"
                                        .formatted(member.address(), device.iommuGroup(), use))
                            .stream())
                .findFirst());
  }

  private Optional<String> hostUse(BladeDevice device) {
    if (device.hostUse() != null) {
      return Optional.of(device.hostUse());
    }
    int virtual = orNone(device.virtualFunctions());
    if (virtual > 0) {
      return Optional.of("its %d virtual functions live by its driver".formatted(virtual));
    }
    int wanted = orNone(device.totalVirtualFunctions()) == 0 ? 0 : wanted(device);
    return wanted == 0
        ? Optional.empty()
        : Optional.of("it is to have %d virtual functions".formatted(wanted));
  }

  /** How many virtual functions the device is to have, by what is asked or by what was told. */
  private int wanted(BladeDevice device) {
    var asked =
        objects.stream()
            .filter(object -> object.virtualFunctions() != null)
            .filter(object -> matches(object.identity()).equals(List.of(device)))
            .map(DeviceObject::virtualFunctions);
    return Stream.concat(asked, toldOf(device)).max(Comparator.naturalOrder()).orElse(0);
  }

  private Stream<Integer> toldOf(BladeDevice device) {
    return told.stream()
        .filter(count -> matches(count.identity()).equals(List.of(device)))
        .map(VirtualFunctionCount::count);
  }

  /** Of a virtual function: why it may be gone, or another one, in a moment. */
  private Optional<String> changing(BladeDevice device) {
    return functions()
        .filter(physical -> physical.address().equals(device.physicalFunction()))
        .filter(
            physical ->
                toldOf(physical)
                    .mapToInt(Integer::intValue)
                    .anyMatch(count -> count != orNone(physical.virtualFunctions())))
        .map(
            physical ->
                "the number of virtual functions of %s is being changed"
                    .formatted(physical.address()))
        .findFirst();
  }

  private static int orNone(@Nullable Integer count) {
    return count == null ? 0 : count;
  }

  private Stream<BladeDevice> functions() {
    return reported == null ? Stream.empty() : reported.stream();
  }
}
