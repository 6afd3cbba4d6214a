package dev.lpar.agent.plan;

import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PciAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PCI function of the blade as it is now.
 *
 * @param pciClass class code, six hexadecimal digits
 * @param kind in a word: storage, nic, fibre-channel, display, usb, accelerator, bridge, other
 * @param description its name in the blade's pci.ids, or null
 * @param identity what it is; what only its host driver can tell is kept while vfio-pci has it
 * @param iommuGroup null without an IOMMU
 * @param resetMethods best first; empty when the kernel can't reset it
 * @param driver bound now, or null
 * @param driverOverride the only driver that may bind it, or null
 * @param hostUse what the host needs it for, in words; null when it can do without
 * @param physicalFunction of a virtual function
 * @param recalled whether the identity is what was written down of it: its present driver doesn't
 *     tell as much
 */
public record PciFunction(
    PciAddress address,
    String pciClass,
    String kind,
    @Nullable String description,
    DeviceIdentity identity,
    @Nullable Integer iommuGroup,
    @Nullable Integer numaNode,
    List<String> resetMethods,
    @Nullable String driver,
    @Nullable String driverOverride,
    @Nullable String hostUse,
    @Nullable PciAddress physicalFunction,
    int totalVirtualFunctions,
    int virtualFunctions,
    boolean recalled) {

  public PciFunction {
    resetMethods = List.copyOf(resetMethods);
  }

  /** PCI base class 06: it isn't passed through, and VFIO leaves it to its own driver. */
  public boolean bridge() {
    return pciClass.startsWith("06");
  }

  /** A PCI-PCI bridge: it may stay with the host when devices behind it go to a guest. */
  public boolean passingBridge() {
    return pciClass.startsWith("0604");
  }

  /** The same function, bound as it is at a later look. */
  public PciFunction boundTo(@Nullable String newDriver, @Nullable String newOverride) {
    return new PciFunction(
        address,
        pciClass,
        kind,
        description,
        identity,
        iommuGroup,
        numaNode,
        resetMethods,
        newDriver,
        newOverride,
        hostUse,
        physicalFunction,
        totalVirtualFunctions,
        virtualFunctions,
        recalled);
  }

  /** The same function, known as what it was before vfio-pci took it. */
  public PciFunction knownAs(DeviceIdentity remembered) {
    return new PciFunction(
        address,
        pciClass,
        kind,
        description,
        remembered,
        iommuGroup,
        numaNode,
        resetMethods,
        driver,
        driverOverride,
        hostUse,
        physicalFunction,
        totalVirtualFunctions,
        virtualFunctions,
        true);
  }
}
