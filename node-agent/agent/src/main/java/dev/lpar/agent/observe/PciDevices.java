package dev.lpar.agent.observe;

import dev.lpar.agent.plan.PciFunction;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PciAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** PCI endpoints from sysfs (Documentation/ABI/testing/sysfs-bus-pci). Bridges are left out. */
final class PciDevices {
  private static final String DEVICES = "sys/bus/pci/devices";
  private static final String SLOTS = "sys/bus/pci/slots";

  /** PCI base class of bridges (PCI Code and ID Assignment Specification, 1.7). */
  private static final String BRIDGE = "06";

  /** NET_ADDR_PERM of linux/netdevice.h: the address is the hardware's own. */
  private static final String PERMANENT = "0";

  private PciDevices() {}

  static List<PciFunction> read(HostFiles files) {
    var slots = slots(files);
    return files.list(DEVICES).stream()
        .flatMap(address -> device(files, address, slots).stream())
        .toList();
  }

  private static Optional<PciFunction> device(
      HostFiles files, String address, Map<String, String> slots) {
    var dir = DEVICES + "/" + address + "/";
    var pciClass = hex(files, dir + "class");
    var vendor = hex(files, dir + "vendor");
    var device = hex(files, dir + "device");
    if (pciClass == null || vendor == null || device == null || pciClass.startsWith(BRIDGE)) {
      return Optional.empty();
    }
    return Optional.of(
        new PciFunction(
            new PciAddress(address),
            pciClass,
            "other",
            null,
            new DeviceIdentity(
                nvmeSerial(files, dir),
                null,
                macAddress(files, dir),
                slots.get(address.substring(0, address.lastIndexOf('.'))),
                vendor + ":" + device),
            number(files.linkedName(dir + "iommu_group")),
            number(files.text(dir + "numa_node")),
            List.of(),
            files.linkedName(dir + "driver").orElse(null),
            null,
            null,
            null,
            0,
            0));
  }

  private static @Nullable String hex(HostFiles files, String path) {
    return files.text(path).map(text -> text.replaceFirst("^0x", "")).orElse(null);
  }

  private static @Nullable Integer number(Optional<String> text) {
    return text.filter(digits -> digits.matches("[0-9]{1,9}")).map(Integer::valueOf).orElse(null);
  }

  private static @Nullable String nvmeSerial(HostFiles files, String dir) {
    return files.list(dir + "nvme").stream()
        .flatMap(nvme -> files.text(dir + "nvme/" + nvme + "/serial").stream())
        .filter(serial -> !serial.isEmpty())
        .findFirst()
        .orElse(null);
  }

  /** Of a NIC, directly below its PCI device or below the virtio device that this one is. */
  private static @Nullable String macAddress(HostFiles files, String dir) {
    var parents =
        files.list(dir).stream().filter(name -> name.startsWith("virtio")).map(v -> dir + v + "/");
    return Stream.concat(Stream.of(dir), parents)
        .flatMap(parent -> files.list(parent + "net").stream().map(n -> parent + "net/" + n))
        .filter(net -> files.text(net + "/addr_assign_type").orElse("").equals(PERMANENT))
        .flatMap(net -> files.text(net + "/address").stream())
        .findFirst()
        .orElse(null);
  }

  /** Physical slots by the addresses of their devices, such as 0000:3b:00. */
  private static Map<String, String> slots(HostFiles files) {
    var slots = new HashMap<String, String>();
    for (var slot : files.list(SLOTS)) {
      files.text(SLOTS + "/" + slot + "/address").ifPresent(at -> slots.put(at, slot));
    }
    return slots;
  }
}
