package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.BLADE;
import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.onBlade;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.PassthroughDevice;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A PCI function of the lab's blade (hack/lab.d/hardware.sh): as the blade's kernel has it, and the
 * object that stands for it.
 *
 * @param address today's
 */
record Device(String address) {
  private static final String SYSFS = "/sys/bus/pci/devices/";

  /** The NVMe controller with the serial number, while the host's driver has it. */
  static Device nvme(String serialNumber) {
    return new Device(
        onBlade(
            "for n in /sys/class/nvme/nvme*; do [ \"$(tr -d ' ' <$n/serial)\" != "
                + serialNumber
                + " ] || basename \"$(readlink -f $n/device)\"; done"));
  }

  static Device inSlot(String slot, int function) {
    return new Device(onBlade("cat /sys/bus/pci/slots/" + slot + "/address") + "." + function);
  }

  /** The only one with this vendor and device id. */
  static Device withId(String pciId) {
    return new Device(onBlade("lspci -D -n -d " + pciId + " | cut -d' ' -f1"));
  }

  /** The object by which it is claimed: the one that says it sits there. */
  PassthroughDevice object() {
    return await(
            "a PassthroughDevice for " + address,
            () ->
                Lab.CLIENT.resources(PassthroughDevice.class).list().getItems().stream()
                    .filter(object -> BLADE.equals(object.getSpec().blade()))
                    .filter(
                        object ->
                            object.getStatus() != null
                                && address.equals(object.getStatus().address()))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  String name() {
    return object().getMetadata().getName();
  }

  /** The administrator's consent, as kubectl patch gives it. */
  void offer() {
    patch("{\"spec\":{\"assignable\":true}}");
  }

  void withdraw() {
    patch("{\"spec\":{\"assignable\":null}}");
  }

  void patch(String mergePatch) {
    Lab.CLIENT
        .resources(PassthroughDevice.class)
        .withName(name())
        .patch(PatchContext.of(PatchType.JSON_MERGE), mergePatch);
  }

  Condition awaitCondition(String type, String status, String reason) {
    var object =
        await(
            address + ": " + type + "=" + status + " (" + reason + ")",
            this::object,
            seen ->
                condition(seen, type)
                    .filter(c -> status.equals(c.getStatus()) && reason.equals(c.getReason()))
                    .isPresent());
    return condition(object, type).orElseThrow();
  }

  private static Optional<Condition> condition(PassthroughDevice object, String type) {
    return Optional.ofNullable(object.getStatus().conditions()).stream()
        .flatMap(conditions -> conditions.stream())
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  /** A spec's list of this one device. */
  String claim() {
    return "devices: [ { name: device, passthroughDevice: " + name() + " } ]";
  }

  /** The driver that has it; empty for none. */
  String driver() {
    return onBlade("basename \"$(readlink " + SYSFS + address + "/driver)\"");
  }

  /** Waits until the host's driver has it back, or nobody if the host has none for it. */
  void awaitNative(String driver) {
    await(address + " has the driver \"" + driver + "\"", this::driver, driver::equals);
    assertEquals(
        "(null)", onBlade("cat " + SYSFS + address + "/driver_override"), "no override is left");
  }

  /** The block device of an NVMe disk, while the host's driver has it. */
  String blockDevice(String serialNumber) {
    return onBlade("readlink -e /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_" + serialNumber);
  }

  /** Its configuration space as hardware has it: the kernel reads it whoever has the device. */
  byte[] configSpace() {
    return HexFormat.of()
        .parseHex(onBlade("od -An -v -tx1 " + SYSFS + address + "/config").replaceAll("\\s", ""));
  }
}
