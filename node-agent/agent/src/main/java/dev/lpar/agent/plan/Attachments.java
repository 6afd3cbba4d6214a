package dev.lpar.agent.plan;

import dev.lpar.agent.plan.DeviceFinder.Answer;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PciAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says how a partition stands with its devices. */
final class Attachments {
  private final ObservedDevices devices;
  private final GuestSlots slots;
  private final boolean live;
  private final Instant now;

  Attachments(ObservedDevices devices, GuestSlots slots, ObservedPartition seen, Instant now) {
    this.devices = devices;
    this.slots = slots;
    this.live = seen.unit() instanceof Unit.Live;
    this.now = now;
  }

  /** Those wanted, in their order; then those the guest has yet to let go of. */
  List<Attachment> of(
      Map<DeviceIntent, Answer> answers,
      Map<String, PciAddress> inGuest,
      Map<String, PciAddress> leaving) {
    var all = new ArrayList<Attachment>();
    var untold = new ArrayList<>(leaving.keySet());
    answers.forEach(
        (device, answer) -> {
          untold.remove(device.name());
          var address = leaving.get(device.name());
          all.add(
              address == null
                  ? wanted(device, answer, inGuest.containsKey(device.name()))
                  : leaving(device.name(), device.passthroughDevice(), address));
        });
    for (var name : untold) {
      var slot = slots.of(name);
      all.add(
          leaving(
              name,
              slot == null ? name : slot.passthroughDevice(),
              Objects.requireNonNull(leaving.get(name))));
    }
    return all;
  }

  private Attachment leaving(String name, String device, PciAddress address) {
    var slot = slots.of(name);
    var since = slot == null ? null : slot.leavingSince();
    boolean holds = since != null && !now.isBefore(since.plus(GuestSlots.LETTING_GO));
    return attachment(
        name,
        device,
        devices.at(address).orElse(null),
        holds ? Attachment.State.GUEST_HOLDS_DEVICE : Attachment.State.DETACHING,
        holds
            ? "the guest was asked at " + since + " to let go of it and hasn't; it is asked again"
            : "the guest was asked to let go of it");
  }

  private Attachment wanted(DeviceIntent device, Answer answer, boolean attached) {
    return switch (answer) {
      case Answer.Refused(var why, var message, var function) ->
          attachment(device.name(), device.passthroughDevice(), function, why, message);
      case Answer.Found(var function, _) when attached ->
          attachment(
              device.name(), device.passthroughDevice(), function, Attachment.State.ATTACHED, null);
      case Answer.Found(var function, var group) -> {
        var refusal =
            group.stream()
                .map(member -> devices.refusals().get(member.address()))
                .filter(Objects::nonNull)
                .filter(refused -> stillHolds(refused, group))
                .findFirst()
                .orElse(null);
        yield refusal == null
            ? underWay(device, function, group)
            : attachment(
                device.name(),
                device.passthroughDevice(),
                function,
                refusal.state(),
                refusal.message());
      }
    };
  }

  /** A refusal to bind is over once all is bound, one of QEMU's once that QEMU is gone. */
  private boolean stillHolds(ObservedDevices.Refusal refused, List<PciFunction> group) {
    return refused.state() == Attachment.State.ATTACH_FAILED
        ? live
        : !group.stream().allMatch(FunctionSteps::taken);
  }

  private Attachment underWay(DeviceIntent device, PciFunction function, List<PciFunction> group) {
    boolean reserved = !live && group.stream().allMatch(FunctionSteps::taken);
    return attachment(
        device.name(),
        device.passthroughDevice(),
        function,
        reserved ? Attachment.State.RESERVED : Attachment.State.ATTACHING,
        slots.of(device.name()) != null
            ? null
            : "waits for a slot in the guest, where another device has yet to leave");
  }

  private Attachment attachment(
      String name,
      String device,
      @Nullable PciFunction function,
      Attachment.State state,
      @Nullable String message) {
    return new Attachment(
        name,
        device,
        function == null ? null : function.address(),
        function == null ? null : function.iommuGroup(),
        function == null
            ? List.of()
            : devices.group(function).stream()
                .map(PciFunction::address)
                .filter(address -> !address.equals(function.address()))
                .toList(),
        state,
        message);
  }
}
