package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.lpar.model.DeviceIdentity;
import io.fabric8.generator.annotation.Required;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A PCI function as the agent finds it in sysfs. */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BladeDevice(
    @JsonPropertyDescription("PCI address, such as 0000:3b:00.0.") @Required String address,
    @JsonPropertyDescription("Vendor and device id, such as 10df:e300.") @Required String pciId,
    @JsonPropertyDescription("PCI class code, six hexadecimal digits.") @Required String pciClass,
    @JsonPropertyDescription(
            "What kind it is, in a word: storage, nic, fibre-channel, display, usb, accelerator, bridge, other.")
        @Nullable String kind,
    @JsonPropertyDescription("Its name in the blade's pci.ids, where there is one.")
        @Nullable String description,
    @JsonPropertyDescription(
            "Serial number of an NVMe controller, else of the Device Serial Number capability.")
        @Nullable String serialNumber,
    @JsonPropertyDescription("Port name of a Fibre Channel host bus adapter.") @Nullable String wwn,
    @JsonPropertyDescription("MAC address of a network interface.") @Nullable String macAddress,
    @JsonPropertyDescription(
            "Physical slot as the firmware names it, with the function where a card has several; without one, the"
                + " way to it over bridges, such as pci0000:00/1c.0/00.0.")
        @Nullable String slot,
    @JsonPropertyDescription("IOMMU group.") @Nullable Integer iommuGroup,
    @JsonPropertyDescription("NUMA node.") @Nullable Integer numaNode,
    @JsonPropertyDescription("How the kernel can reset it, best first.")
        @Nullable List<String> resetMethods,
    @JsonPropertyDescription("Driver bound to it.") @Nullable String driver,
    @JsonPropertyDescription("The host's driver, while the device is taken from it.")
        @Nullable String nativeDriver,
    @JsonPropertyDescription(
            "What the host needs it for, such as \"/ is mounted from nvme0n1p1\": why it can't be passed through.")
        @Nullable String hostUse,
    @JsonPropertyDescription("Address of the physical function, of a virtual one.")
        @Nullable String physicalFunction,
    @JsonPropertyDescription("How many virtual functions it can have, of a physical one.")
        @Nullable Integer totalVirtualFunctions,
    @JsonPropertyDescription("How many virtual functions it has.")
        @Nullable Integer virtualFunctions,
    @JsonPropertyDescription("What went wrong with it, such as a driver that doesn't take it back.")
        @Nullable String problem) {

  /** What it is, for comparison with what a PassthroughDevice asks for. */
  public DeviceIdentity identity() {
    return new DeviceIdentity(serialNumber, wwn, macAddress, slot, pciId);
  }

  /** Whether it is a bridge: PCI base class 06. */
  public boolean bridge() {
    return pciClass.startsWith("06");
  }
}
