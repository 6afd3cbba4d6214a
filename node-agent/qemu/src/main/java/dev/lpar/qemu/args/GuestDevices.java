package dev.lpar.qemu.args;

/**
 * Where pass-through devices are in a guest: each behind a PCI Express root port of its own, as on
 * a bare-metal server, and so that it can come and go while the guest runs.
 */
public final class GuestDevices {
  /** Root ports that every guest has: eight functions of one slot. */
  public static final int PORTS = 8;

  private static final String PREFIX = "device-";
  private static final String PORT = "port-";

  private GuestDevices() {}

  /** QEMU's id of a device. */
  public static String id(String name) {
    return PREFIX + name;
  }

  /** Whether QEMU's id is that of a pass-through device. */
  public static boolean isOne(String id) {
    return id.startsWith(PREFIX);
  }

  /** The device's name in the partition. */
  public static String name(String id) {
    return id.substring(PREFIX.length());
  }

  /** QEMU's id of a root port, which is also that of the bus behind it. */
  public static String port(int number) {
    return PORT + number;
  }
}
