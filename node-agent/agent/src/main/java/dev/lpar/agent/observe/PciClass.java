package dev.lpar.agent.observe;

import org.jspecify.annotations.Nullable;

/** Words for class codes (PCI Code and ID Assignment Specification, 1). */
final class PciClass {
  private PciClass() {}

  /**
   * Kind of a device, in a word.
   *
   * @param code six hexadecimal digits: base class, subclass, interface
   */
  static String kind(String code) {
    return switch (code.substring(0, 2)) {
      case "01" -> "storage";
      case "02" -> "nic";
      case "03" -> "display";
      case "06" -> "bridge";
      case "12" -> "accelerator";
      default ->
          switch (code.substring(0, 4)) {
            case "0b40" -> "accelerator";
            case "0c03" -> "usb";
            case "0c04" -> "fibre-channel";
            default -> "other";
          };
    };
  }

  /** What the host needs a bridge for; null for what is none. */
  static @Nullable String bridge(String code) {
    if (!code.startsWith("06")) {
      return null;
    }
    return switch (code.substring(2, 4)) {
      case "04", "09" -> "it is a PCI bridge";
      case "00" -> "it is part of the chipset: a host bridge";
      case "01" -> "it is part of the chipset: an ISA bridge";
      default -> "it is part of the chipset: a bridge";
    };
  }
}
