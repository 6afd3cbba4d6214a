package dev.lpar.agent.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PciAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds devices by what they are, and says whether a partition may have them. Keeps account of what
 * it has granted within one plan, so that two partitions of one plan never get the same group.
 */
final class DeviceFinder {

  /** The answer to one device that is wanted. */
  sealed interface Answer {
    /** Which function it is, when that is known. */
    @Nullable PciFunction function();

    /**
     * @param group the function and all that goes with it to the partition
     */
    record Found(PciFunction function, List<PciFunction> group) implements Answer {}

    record Refused(Attachment.State why, String message, @Nullable PciFunction function)
        implements Answer {}
  }

  private record Owner(LparId id, String name) {}

  private final ObservedDevices devices;
  private final Map<PciAddress, Owner> owners = new HashMap<>();

  DeviceFinder(ObservedHost host, Map<LparId, PartitionIntent> wanted) {
    this.devices = host.devices();
    devices
        .held()
        .forEach(
            (address, entry) -> {
              var id = entry.partition();
              if (id != null) {
                owners.put(address, new Owner(id, name(host, wanted.get(id), id)));
              }
            });
  }

  private static String name(ObservedHost host, @Nullable PartitionIntent wanted, LparId id) {
    var record = host.partition(id).record();
    var activated = record == null ? null : record.activated();
    if (wanted != null) {
      return wanted.displayName();
    }
    return activated == null ? id.text() : activated.displayName();
  }

  Answer find(DeviceIntent wanted, PartitionIntent by) {
    var matches = devices.matching(wanted.identity());
    if (matches.isEmpty()) {
      return new Answer.Refused(
          Attachment.State.DEVICE_MISSING,
          "the blade has no device of this identity (" + wanted.identity() + ")",
          null);
    }
    if (matches.size() > 1) {
      return new Answer.Refused(
          Attachment.State.DEVICE_AMBIGUOUS,
          matches.stream()
              .map(function -> function.address().text())
              .collect(
                  Collectors.joining(
                      " and ",
                      "the identity (" + wanted.identity() + ") matches ",
                      ": give more of it in the PassthroughDevice")),
          null);
    }
    return grant(matches.getFirst(), by);
  }

  private Answer grant(PciFunction function, PartitionIntent by) {
    if (function.iommuGroup() == null) {
      return refused(
          function,
          Attachment.State.IOMMU_MISSING,
          "the blade has no IOMMU that keeps the device to the guest's memory: switch it on in the"
              + " firmware settings and on the kernel's command line");
    }
    if (function.bridge()) {
      return refused(function, Attachment.State.NEEDED_BY_HOST, "it is a bridge");
    }
    var group = devices.group(function);
    for (var member : group) {
      var obstacle = obstacle(function, member, by.id());
      if (obstacle != null) {
        return obstacle;
      }
    }
    group.forEach(member -> owners.put(member.address(), new Owner(by.id(), by.displayName())));
    return new Answer.Found(function, group);
  }

  private @Nullable Answer obstacle(PciFunction function, PciFunction member, LparId by) {
    var owner = owners.get(member.address());
    if (owner != null) {
      return owner.id().equals(by)
          ? null
          : refused(
              function,
              Attachment.State.HELD_BY_PARTITION,
              which(function, member) + "the partition " + owner.name() + " has it");
    }
    if (member.hostUse() != null) {
      return refused(
          function,
          Attachment.State.NEEDED_BY_HOST,
          which(function, member) + "the host needs it: " + member.hostUse());
    }
    var holder = devices.holders().get(member.address());
    return holder == null
        ? null
        : refused(function, Attachment.State.HELD_BY_PROCESS, which(function, member) + holder);
  }

  private static Answer refused(PciFunction function, Attachment.State why, String message) {
    return new Answer.Refused(why, message, function);
  }

  private static String which(PciFunction function, PciFunction member) {
    return function.address().equals(member.address())
        ? ""
        : member.address() + ", which shares its IOMMU group " + function.iommuGroup() + ": ";
  }
}
