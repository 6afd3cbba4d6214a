package dev.lpar.model;

import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a PCI function is, whatever address it has today. Of an identity that is asked for, a null
 * component isn't asked; of one that was found, it isn't there.
 *
 * @param serialNumber of an NVMe controller, else of the Device Serial Number capability (PCI
 *     Express Base Specification, 7.9.3)
 * @param wwn port name of a Fibre Channel host bus adapter, as {@code 50:06:0e:80:…}
 * @param macAddress permanent address of a NIC
 * @param slot physical slot, with the function where the card has several
 * @param pciId vendor and device, as {@code 10df:e300}
 */
public record DeviceIdentity(
    @Nullable String serialNumber,
    @Nullable String wwn,
    @Nullable String macAddress,
    @Nullable String slot,
    @Nullable String pciId) {

  /** Whether everything that this asks for was found so. */
  public boolean matches(DeviceIdentity found) {
    return agrees(serialNumber, found.serialNumber)
        && agrees(wwn, found.wwn)
        && agrees(macAddress, found.macAddress)
        && agrees(slot, found.slot)
        && agrees(pciId, found.pciId);
  }

  /** Whether something is known of both, and not the same: they can't be one function. */
  public boolean contradicts(DeviceIdentity other) {
    return differs(serialNumber, other.serialNumber)
        || differs(wwn, other.wwn)
        || differs(macAddress, other.macAddress)
        || differs(slot, other.slot)
        || differs(pciId, other.pciId);
  }

  private static boolean differs(@Nullable String one, @Nullable String other) {
    return one != null && other != null && !one.equals(other);
  }

  private static boolean agrees(@Nullable String asked, @Nullable String found) {
    return asked == null || Objects.equals(asked, found);
  }

  /** For people: {@code serial number S5XYZ, slot 2-1}. */
  @Override
  public String toString() {
    var words = new StringJoiner(", ");
    add(words, "serial number", serialNumber);
    add(words, "WWN", wwn);
    add(words, "MAC address", macAddress);
    add(words, "slot", slot);
    add(words, "PCI id", pciId);
    return words.toString();
  }

  private static void add(StringJoiner words, String what, @Nullable String value) {
    if (value != null) {
      words.add(what + " " + value);
    }
  }
}
