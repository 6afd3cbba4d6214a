package dev.lpar.agent.plan;

import dev.lpar.model.PciAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a partition stands with one of its devices, to be told.
 *
 * @param address today's, when the device was found
 * @param groupMembers other functions of its IOMMU group that the partition holds with it
 * @param message why it is so, in a sentence; null where the state says it all
 */
public record Attachment(
    String name,
    String passthroughDevice,
    @Nullable PciAddress address,
    @Nullable Integer iommuGroup,
    List<PciAddress> groupMembers,
    State state,
    @Nullable String message) {

  public Attachment {
    groupMembers = List.copyOf(groupMembers);
  }

  /** By the words of the API ({@code AttachmentReason}). */
  public enum State {
    ATTACHED,
    RESERVED,
    ATTACHING,
    DETACHING,
    GUEST_HOLDS_DEVICE,
    ATTACH_FAILED,
    DEVICE_MISSING,
    DEVICE_AMBIGUOUS,
    NEEDED_BY_HOST,
    HELD_BY_PROCESS,
    HELD_BY_PARTITION,
    IOMMU_MISSING,
    BIND_FAILED;

    /** Whether the device can't be had as things are. */
    boolean trouble() {
      return switch (this) {
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
  }

  /** For people: {@code hba (blade-1-hba-a): …}. */
  String sentence() {
    return "%s (%s): %s".formatted(name, passthroughDevice, message == null ? state : message);
  }
}
