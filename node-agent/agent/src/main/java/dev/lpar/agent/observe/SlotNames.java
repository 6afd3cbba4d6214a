package dev.lpar.agent.observe;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which slot a function is in. Slots that the firmware gives one number, the kernel tells apart by
 * the order it finds them in (0, 0-1, 0-2; drivers/pci/slot.c): those are no names.
 */
final class SlotNames {
  private static final String SLOTS = "sys/bus/pci/slots";
  private static final Pattern NUMBERED = Pattern.compile("(.+)-[0-9]+");

  /** Names by domain, bus and device, such as 0000:3b:00. */
  private final Map<String, String> names = new HashMap<>();

  private SlotNames() {}

  static SlotNames read(HostFiles files) {
    var slots = new SlotNames();
    var all = files.list(SLOTS);
    var ambiguous = ambiguous(all);
    for (var slot : all) {
      if (!ambiguous.contains(slot)) {
        files
            .text(SLOTS + "/" + slot + "/address")
            .ifPresent(address -> slots.names.put(address, slot));
      }
    }
    return slots;
  }

  private static HashSet<String> ambiguous(List<String> slots) {
    var ambiguous = new HashSet<String>();
    for (var slot : slots) {
      var numbered = NUMBERED.matcher(slot);
      if (numbered.matches() && slots.contains(numbered.group(1))) {
        ambiguous.add(slot);
        ambiguous.add(numbered.group(1));
      }
    }
    return ambiguous;
  }

  /** The slot's name; null where the firmware has none. */
  @Nullable String of(String device) {
    return names.get(device);
  }
}
