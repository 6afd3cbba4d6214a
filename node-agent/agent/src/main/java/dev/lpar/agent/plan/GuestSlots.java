package dev.lpar.agent.plan;

import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The slots of a partition's devices in its guest, as they are to be written down. */
final class GuestSlots {
  /** How long a guest may take to let go of a device before it is said to hold it. */
  static final Duration LETTING_GO = Duration.ofSeconds(30);

  private final Map<String, GuestSlot> slots;

  GuestSlots(Map<String, GuestSlot> slots) {
    this.slots = new TreeMap<>(slots);
  }

  Map<String, GuestSlot> all() {
    return slots;
  }

  @Nullable GuestSlot of(String name) {
    return slots.get(name);
  }

  /** Frees the slots of devices that are neither wanted nor in the guest. */
  void keepOnly(Collection<String> names) {
    slots.keySet().retainAll(names);
  }

  /** Gives the device a slot: the one it had, else the first free one, if there is one. */
  void assign(DeviceIntent device, boolean leaving) {
    var slot = slots.get(device.name());
    if (slot != null) {
      if (!leaving) {
        slots.put(device.name(), slot.staying(device.passthroughDevice()));
      }
      return;
    }
    int port = freePort();
    if (port < PartitionIntent.MOST_DEVICES) {
      slots.put(device.name(), new GuestSlot(port, device.passthroughDevice(), null, null));
    }
  }

  private int freePort() {
    Set<Integer> used = slots.values().stream().map(GuestSlot::port).collect(Collectors.toSet());
    int port = 0;
    while (used.contains(port)) {
      port++;
    }
    return port;
  }

  /** Whether the guest is to be asked, for the first time or again, to let go; notes that it is. */
  boolean askToLeave(String name, Instant now) {
    var slot = slots.get(name);
    if (slot == null || (slot.askedAt() != null && now.isBefore(slot.askedAt().plus(LETTING_GO)))) {
      return false;
    }
    slots.put(name, slot.asked(now));
    return true;
  }
}
