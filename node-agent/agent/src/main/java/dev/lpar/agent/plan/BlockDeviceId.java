package dev.lpar.agent.plan;

/**
 * A block device by its number, {@code major:minor}, and that of the disk it is a partition of (its
 * own when it is no partition). Tells one device from another whatever path led to it.
 */
public record BlockDeviceId(String number, String wholeDisk) {
  /** Whether a write to the one can change the other. */
  public boolean overlaps(BlockDeviceId other) {
    return wholeDisk.equals(other.wholeDisk)
        && (number.equals(other.number)
            || number.equals(wholeDisk)
            || other.number.equals(wholeDisk));
  }
}
