package dev.lpar.linux;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The kernel's word that a device came, went or changed (lib/kobject_uevent.c).
 *
 * @param action add, remove, change, move, online, offline, bind, unbind
 * @param devpath the device's path below {@code /sys}, such as /devices/pci0000:00/0000:00:04.0
 * @param subsystem such as pci, block, net
 * @param properties everything the message says, by name
 */
public record Uevent(
    String action, String devpath, String subsystem, Map<String, String> properties) {

  public Uevent {
    properties = Map.copyOf(properties);
  }

  /**
   * Reads {@code action@devpath}, then {@code NAME=value}, each ended by a NUL.
   *
   * @return empty for what isn't of this form, such as udev's own messages
   */
  static Optional<Uevent> parse(String message) {
    var parts = message.split("\0", -1);
    int at = parts[0].indexOf('@');
    if (at < 1 || !parts[0].startsWith("/", at + 1)) {
      return Optional.empty();
    }
    var properties = new TreeMap<String, String>();
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals > 0) {
        properties.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
      }
    }
    var subsystem = properties.get("SUBSYSTEM");
    return subsystem == null
        ? Optional.empty()
        : Optional.of(
            new Uevent(
                parts[0].substring(0, at), parts[0].substring(at + 1), subsystem, properties));
  }
}
