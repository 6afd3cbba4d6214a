package dev.lpar.agent.observe;

import dev.lpar.model.DeviceIdentity;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What tells a function from others, from its folder in sysfs and what its driver put there. */
record PciIdentities(HostFiles files) {
  /** NET_ADDR_PERM of linux/netdevice.h: the address is the hardware's own. */
  private static final String PERMANENT = "0";

  /**
   * Class of NVMe controllers. Their own serial number is known while their driver has them; the
   * capability's, another one, doesn't stand in for it, or the device would seem another.
   */
  private static final String NVM = "0108";

  private static final Pattern PORT_NAME = Pattern.compile("0x([0-9a-f]{16})");

  /**
   * @param dir the function's folder, ending with a slash
   */
  DeviceIdentity of(String dir, String pciClass, @Nullable String slot, String pciId) {
    return new DeviceIdentity(
        pciClass.startsWith(NVM) ? nvmeSerial(dir) : serialCapability(dir),
        portName(dir),
        macAddress(dir),
        slot,
        pciId);
  }

  private @Nullable String nvmeSerial(String dir) {
    return below(dir, "nvme")
        .flatMap(nvme -> files.text(nvme + "/serial").stream())
        .filter(serial -> !serial.isEmpty())
        .findFirst()
        .orElse(null);
  }

  private @Nullable String serialCapability(String dir) {
    var opened = files.open(dir + "config");
    if (opened.isEmpty()) {
      return null;
    }
    try (var config = opened.get()) {
      return DeviceSerialNumber.read(config);
    } catch (IOException e) {
      return null;
    }
  }

  /** Of the adapter's own port; virtual ports (NPIV) have hosts further down. */
  private @Nullable String portName(String dir) {
    return files.list(dir).stream()
        .filter(name -> name.startsWith("host"))
        .flatMap(host -> below(dir + host + "/", "fc_host"))
        .flatMap(host -> files.text(host + "/port_name").stream())
        .map(PORT_NAME::matcher)
        .filter(name -> name.matches())
        .map(name -> name.group(1).replaceAll("(..)(?!$)", "$1:"))
        .findFirst()
        .orElse(null);
  }

  /** Of a NIC, directly below its PCI device or below the virtio device that this one is. */
  private @Nullable String macAddress(String dir) {
    return Stream.concat(
            below(dir, "net"),
            files.list(dir).stream()
                .filter(name -> name.startsWith("virtio"))
                .flatMap(virtio -> below(dir + virtio + "/", "net")))
        .flatMap(net -> permanentAddress(net).stream())
        .findFirst()
        .orElse(null);
  }

  /** A bond gives its members one address, and keeps each one's own. */
  private Optional<String> permanentAddress(String net) {
    return files
        .text(net + "/bonding_slave/perm_hwaddr")
        .or(
            () ->
                files
                    .text(net + "/addr_assign_type")
                    .filter(PERMANENT::equals)
                    .flatMap(type -> files.text(net + "/address")));
  }

  private Stream<String> below(String dir, String folder) {
    return files.list(dir + folder).stream().map(name -> dir + folder + "/" + name);
  }
}
