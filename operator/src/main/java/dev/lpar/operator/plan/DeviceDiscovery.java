package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.model.DeviceIdentity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one PassthroughDevice for every PCI function that a blade has, bridges apart. What an
 * administrator declares, or has a word in, is left alone.
 */
public final class DeviceDiscovery {
  /** Of a PassthroughDevice: the kind of device. */
  public static final String CLASS_LABEL = "lpar.dev/class";

  /** Of a PassthroughDevice: the operator made it. */
  public static final String DISCOVERED_LABEL = "lpar.dev/discovered";

  private static final String STORAGE = "storage";

  private static final String NVME_DRIVER = "nvme";

  /** Of a name that a claim can carry. */
  private static final int LONGEST_NAME = 63;

  private DeviceDiscovery() {}

  /**
   * @param inventory of a blade whose agent lives; an old report is no reason to make or remove
   * @param claimed names of the PassthroughDevices that partitions of the blade have claimed
   */
  public static List<DeviceStep> plan(BladeInventory inventory, Set<String> claimed) {
    var reported = inventory.reported();
    if (reported == null) {
      return List.of();
    }
    var sightings = inventory.objects().stream().map(inventory::sighting).toList();
    var known = new HashSet<String>();
    var steps = new ArrayList<DeviceStep>();
    for (int i = 0; i < sightings.size(); i++) {
      var object = inventory.objects().get(i);
      if (sightings.get(i) instanceof Sighting.Found(var device)) {
        known.add(device.address());
      } else if (object.discovered() && !object.declared() && !claimed.contains(object.name())) {
        steps.add(new DeviceStep.Forget(object.name()));
      }
    }
    var names = new HashSet<>(inventory.objects().stream().map(DeviceObject::name).toList());
    reported.stream()
        .filter(device -> !device.bridge() && !known.contains(device.address()))
        .filter(device -> !wakingUp(device))
        .flatMap(device -> discover(device, inventory, names).stream())
        .forEach(steps::add);
    return steps;
  }

  /** An NVMe controller whose driver has just taken it tells its serial number a moment later. */
  private static boolean wakingUp(BladeDevice device) {
    return STORAGE.equals(device.kind())
        && NVME_DRIVER.equals(device.driver())
        && device.serialNumber() == null;
  }

  private static Optional<DeviceStep> discover(
      BladeDevice device, BladeInventory inventory, Set<String> names) {
    return identity(device, inventory)
        .map(
            identity -> {
              var kind = device.kind() == null ? "other" : device.kind();
              var name = name(inventory.blade(), kind, identity, names);
              names.add(name);
              return new DeviceStep.Discover(name, kind, inventory.blade(), identity);
            });
  }

  /** The strongest of a function's identities that is its alone. */
  private static Optional<DeviceIdentity> identity(BladeDevice device, BladeInventory inventory) {
    var serial = identity(device.serialNumber(), null, null);
    var wwn = identity(null, device.wwn(), null);
    // A virtual function's address is the host's to choose, anew each time it is made.
    var mac = identity(null, null, device.physicalFunction() == null ? device.macAddress() : null);
    var slot = new DeviceIdentity(null, null, null, device.slot(), device.pciId());
    boolean storage = STORAGE.equals(device.kind());
    return (storage ? Stream.of(serial, wwn, mac, slot) : Stream.of(wwn, mac, slot, serial))
        .filter(DeviceDiscovery::isDeclarable)
        .filter(identity -> inventory.matches(identity).equals(List.of(device)))
        .findFirst();
  }

  private static DeviceIdentity identity(
      @Nullable String serialNumber, @Nullable String wwn, @Nullable String macAddress) {
    return new DeviceIdentity(serialNumber, wwn, macAddress, null, null);
  }

  /** Whether the schema of a PassthroughDevice takes it; a blade may report stranger things. */
  private static boolean isDeclarable(DeviceIdentity identity) {
    return (is(identity.serialNumber(), "[!-~]([ -~]{0,62}[!-~])?")
            || is(identity.wwn(), "([0-9a-f]{2}:){7}[0-9a-f]{2}")
            || is(identity.macAddress(), "([0-9a-f]{2}:){5}[0-9a-f]{2}")
            || is(identity.slot(), "[!-~]{1,64}"))
        && (identity.pciId() == null || is(identity.pciId(), "[0-9a-f]{4}:[0-9a-f]{4}"));
  }

  private static boolean is(@Nullable String text, String form) {
    return text != null && text.matches(form);
  }

  private static String name(
      String blade, String kind, DeviceIdentity identity, Set<String> taken) {
    var full = fit("%s-%s-%s".formatted(blade, kind, brief(identity)));
    if (full.length() <= LONGEST_NAME && !taken.contains(full)) {
      return full;
    }
    var mark = "-" + hash(blade + " " + identity);
    int room = LONGEST_NAME - mark.length();
    return (full.length() > room ? trimmed(full.substring(0, room)) : full) + mark;
  }

  private static String brief(DeviceIdentity identity) {
    return Stream.of(
            identity.serialNumber(),
            packed(identity.wwn()),
            packed(identity.macAddress()),
            identity.slot() == null ? null : identity.slot() + "-" + identity.pciId())
        .flatMap(Stream::ofNullable)
        .findFirst()
        .orElseThrow();
  }

  private static @Nullable String packed(@Nullable String bytes) {
    return bytes == null ? null : bytes.replace(":", "");
  }

  private static String fit(String text) {
    return trimmed(text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"));
  }

  private static String trimmed(String name) {
    return name.replaceAll("^-+|-+$", "");
  }

  private static String hash(String text) {
    var crc = new CRC32();
    text.chars().forEach(crc::update);
    return "%08x".formatted(crc.getValue());
  }
}
