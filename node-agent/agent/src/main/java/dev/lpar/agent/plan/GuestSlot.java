package dev.lpar.agent.plan;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A device's place in the guest, kept for as long as the partition has a device of that name.
 *
 * @param port number of the root port it is behind, from 0
 * @param leavingSince when the guest was first asked to let go of it; null while it is to stay
 * @param askedAt when the guest was last asked
 */
public record GuestSlot(
    int port, String passthroughDevice, @Nullable Instant leavingSince, @Nullable Instant askedAt) {

  GuestSlot staying(String device) {
    return new GuestSlot(port, device, null, null);
  }

  GuestSlot asked(Instant now) {
    return new GuestSlot(port, passthroughDevice, leavingSince == null ? now : leavingSince, now);
  }
}
