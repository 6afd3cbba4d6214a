package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.operator.plan.PlacementPlan.BladeLost;
import dev.lpar.operator.plan.PlacementPlan.Gone;
import dev.lpar.operator.plan.PlacementPlan.Leaving;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.StatusCondition.Truth;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a partition stands with its pass-through devices, in one condition. */
final class DeviceAttachment {
  private DeviceAttachment() {}

  /** What the condition says. */
  record Verdict(Truth truth, String reason, String message) {}

  /** What the agent reports; of a blade whose object is gone, what it last reported. */
  static List<AttachedDevice> devices(LparFacts facts) {
    return facts.standing() instanceof BladeLost
        ? facts.wish().lastDevices()
        : facts
            .report()
            .map(PartitionStatus::devices)
            .map(List::copyOf)
            .orElse(List.<AttachedDevice>of());
  }

  /** Nothing for a partition that neither asks for devices nor has any. */
  static Optional<Verdict> of(LparFacts facts) {
    var reported = devices(facts);
    if (reported.isEmpty()
        && facts.wish().devices().isEmpty()
        && facts.inForce().devices().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (facts.standing()) {
          case Settled(var blade, var assigned, _) -> on(blade, assigned.devices(), reported);
          case Leaving(var blade) ->
              reported.isEmpty() ? awaited(blade, List.of()) : verdict(reported);
          case BladeLost(var blade) ->
              verdict(
                  Truth.UNKNOWN,
                  LparReason.BLADE_LOST,
                  "the object Blade %s is gone, so nothing tells of them".formatted(blade));
          case NoPlace _, Gone() ->
              verdict(Truth.FALSE, LparReason.NOT_PLACED, "it has no place on a blade");
        });
  }

  private static Verdict on(
      String blade, List<DeviceIntent> assigned, List<AttachedDevice> reported) {
    var missing =
        assigned.stream()
            .filter(device -> reported.stream().noneMatch(report -> isAbout(report, device)))
            .map(DeviceAttachment::words)
            .toList();
    if (!missing.isEmpty()) {
      return awaited(blade, missing);
    }
    return reported.isEmpty()
        ? verdict(Truth.FALSE, LparReason.NOT_CLAIMED, "it has claimed none of those it asks for")
        : verdict(reported);
  }

  private static boolean isAbout(AttachedDevice report, DeviceIntent device) {
    return report.name().equals(device.name())
        && report.passthroughDevice().equals(device.passthroughDevice());
  }

  private static Verdict awaited(String blade, List<String> missing) {
    return verdict(
        Truth.UNKNOWN,
        LparReason.AWAITING_AGENT,
        "the agent of %s hasn't reported on %s yet"
            .formatted(blade, missing.isEmpty() ? "them" : String.join(", ", missing)));
  }

  private static Verdict verdict(List<AttachedDevice> reported) {
    var others =
        reported.stream().filter(device -> device.reason() != AttachmentReason.ATTACHED).toList();
    if (others.isEmpty()) {
      return new Verdict(
          Truth.TRUE,
          Reason.word(AttachmentReason.ATTACHED.name()),
          reported.size() == 1
              ? "1 device attached"
              : "%d devices attached".formatted(reported.size()));
    }
    return new Verdict(
        Truth.FALSE,
        Reason.word(others.getFirst().reason().name()),
        others.stream().map(DeviceAttachment::words).collect(Collectors.joining("; ")));
  }

  private static Verdict verdict(Truth truth, LparReason reason, String message) {
    return new Verdict(truth, reason.word(), message);
  }

  private static String words(DeviceIntent device) {
    return "%s (%s)".formatted(device.name(), device.passthroughDevice());
  }

  private static String words(AttachedDevice device) {
    var message = device.message();
    return "%s (%s): %s"
        .formatted(
            device.name(),
            device.passthroughDevice(),
            message == null || message.isBlank() ? sentence(device.reason()) : message);
  }

  static boolean isTrouble(String word) {
    return Arrays.stream(AttachmentReason.values())
        .filter(reason -> Reason.word(reason.name()).equals(word))
        .anyMatch(DeviceAttachment::isTrouble);
  }

  private static boolean isTrouble(AttachmentReason reason) {
    return switch (reason) {
      case ATTACHED, RESERVED, ATTACHING, DETACHING -> false;
      case GUEST_HOLDS_DEVICE,
          ATTACH_FAILED,
          DEVICE_MISSING,
          DEVICE_AMBIGUOUS,
          NEEDED_BY_HOST,
          HELD_BY_PROCESS,
          HELD_BY_PARTITION,
          IOMMU_MISSING,
          BIND_FAILED ->
          true;
    };
  }

  /** In words, for reports that bring none of their own. */
  private static String sentence(AttachmentReason reason) {
    return switch (reason) {
      case ATTACHED -> "the guest has it";
      case RESERVED -> "kept for the partition, whose guest is off";
      case ATTACHING -> "being taken from the host and given to the guest";
      case DETACHING -> "being given back to the host";
      case GUEST_HOLDS_DEVICE -> "the guest was asked to let go of it and hasn't";
      case ATTACH_FAILED -> "QEMU or the guest refused it";
      case DEVICE_MISSING -> "the blade has no device of this identity";
      case DEVICE_AMBIGUOUS -> "the identity matches several devices of the blade";
      case NEEDED_BY_HOST -> "the host itself needs it, or another device of its IOMMU group";
      case HELD_BY_PROCESS -> "a process of the host has it open";
      case HELD_BY_PARTITION -> "another partition has it, or another device of its IOMMU group";
      case IOMMU_MISSING -> "the blade has no IOMMU";
      case BIND_FAILED -> "its driver doesn't let go, or vfio-pci doesn't take it";
    };
  }
}
