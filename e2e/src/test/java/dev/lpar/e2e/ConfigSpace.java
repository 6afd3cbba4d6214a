package dev.lpar.e2e;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A function's configuration space as a guest sees it, compared with the hardware's. What VFIO
 * (drivers/vfio/pci/vfio_pci_config.c) or QEMU (hw/vfio/pci.c) makes up for the guest may differ;
 * no other bit may.
 */
final class ConfigSpace {
  private static final int EXTENDED = 0x100;
  private static final int MSI = 0x05;
  private static final int MSI_CONTROL = 2;

  /**
   * @param offset from the header's or the capability's beginning
   * @param bits those that may differ, of as many bytes as it has digits for
   */
  private record Field(int offset, long bits, int bytes, String why) {}

  private static final List<Field> HEADER =
      List.of(
          new Field(0x04, 0x0400, 2, "Command: VFIO switches INTx off and on by this bit itself"),
          new Field(0x06, 0x0018, 2, "Status: an interrupt now; whether there are capabilities"),
          new Field(0x0e, 0x80, 1, "Header type: the guest's slot has one function"),
          new Field(0x10, ~0L, 8, "BARs 0, 1: the guest has addresses of its own"),
          new Field(0x18, ~0L, 8, "BARs 2, 3"),
          new Field(0x20, ~0L, 8, "BARs 4, 5"),
          new Field(0x30, ~0L, 4, "Expansion ROM: likewise"),
          new Field(0x34, 0xff, 1, "Capability pointer: what can't be passed on is left out"),
          new Field(0x3c, 0xffff, 2, "Interrupt line, pin: the guest's own wiring"));

  /** Every capability's pointer to the next one. */
  private static final Field NEXT = new Field(1, 0xff, 1, "Next capability: some are left out");

  private static final Field EXTENDED_HEADER =
      new Field(
          0, ~0L, 4, "Header of an extended capability: SR-IOV and ARI are hidden from the guest");

  private static List<Field> fields(int capability, boolean wideMsi) {
    return switch (capability) {
      case 0x03 ->
          List.of(new Field(2, 0xffff, 2, "VPD address"), new Field(4, ~0L, 4, "VPD data"));
      case MSI ->
          wideMsi
              ? List.of(
                  new Field(MSI_CONTROL, 0xff, 1, "MSI control: the host's kernel has the vectors"),
                  new Field(4, ~0L, 8, "MSI address: the host's, and the guest's own"),
                  new Field(12, 0xffff, 2, "MSI data"))
              : List.of(
                  new Field(MSI_CONTROL, 0xff, 1, "MSI control: the host's kernel has the vectors"),
                  new Field(4, ~0L, 4, "MSI address: the host's, and the guest's own"),
                  new Field(8, 0xffff, 2, "MSI data"));
      case 0x10 ->
          List.of(
              new Field(
                  8, 0xf0e0, 2, "Device control: payload, read request size; a reset reads as 0"));
      case 0x11 ->
          List.of(new Field(2, 0xc000, 2, "MSI-X control: the host's kernel switches it on"));
      case 0x13 -> List.of(new Field(4, 0x01, 1, "Advanced features: a reset reads as 0"));
      default -> List.of();
    };
  }

  private final byte[] hardware;
  private final byte[] mayDiffer;

  private ConfigSpace(byte[] hardware) {
    this.hardware = hardware;
    this.mayDiffer = new byte[hardware.length];
    HEADER.forEach(field -> allow(0, field));
    for (int at = hardware[0x34] & 0xfc; at != 0; at = hardware[at + 1] & 0xfc) {
      allow(at, NEXT);
      int capability = hardware[at];
      boolean wideMsi = capability == MSI && (hardware[at + MSI_CONTROL] & 0x80) != 0;
      for (var field : fields(capability, wideMsi)) {
        allow(at, field);
      }
    }
    for (int at = EXTENDED; at != 0 && at < hardware.length; at = nextExtended(at)) {
      allow(at, EXTENDED_HEADER);
    }
  }

  private int nextExtended(int at) {
    int header = ByteBuffer.wrap(hardware).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    return header >>> 20 & 0xffc;
  }

  private void allow(int base, Field field) {
    for (int i = 0; i < field.bytes(); i++) {
      mayDiffer[base + field.offset() + i] |= (byte) (field.bits() >>> 8 * i);
    }
  }

  /** Where the guest sees another thing than the hardware has, and nothing accounts for it. */
  static List<String> differences(byte[] hardware, byte[] guest) {
    if (hardware.length != guest.length) {
      return List.of("%d bytes, in the guest %d".formatted(hardware.length, guest.length));
    }
    var space = new ConfigSpace(hardware);
    var differences = new ArrayList<String>();
    for (int i = 0; i < hardware.length; i++) {
      if (((hardware[i] ^ guest[i]) & ~space.mayDiffer[i]) != 0) {
        differences.add("0x%03x: %02x, in the guest %02x".formatted(i, hardware[i], guest[i]));
      }
    }
    return differences;
  }
}
