package dev.lpar.agent.plan;

/** What a partition is doing, and why. */
public enum Situation {
  RUNNING,
  PAUSED,
  STARTING,
  POWERING_OFF,
  POWERED_OFF,
  GUEST_POWERED_OFF,
  PANICKED,
  DIED,
  BACK_OFF,
  START_FAILED,
  UNRESPONSIVE,
  BOOT_FILE_MISSING,
  DISK_MISSING,
  DISK_NOT_BLOCK_DEVICE,
  DISK_IN_USE_BY_HOST,
  DISK_IN_USE_BY_PARTITION,
  MEMORY_UNAVAILABLE,
  CPUS_UNAVAILABLE,
  DEVICES_UNAVAILABLE,
  VIRTUALIZATION_UNAVAILABLE;

  /** Whether it passes by itself, so that the next look should come soon. */
  public boolean passing() {
    return switch (this) {
      case STARTING, POWERING_OFF, BACK_OFF, START_FAILED -> true;
      case RUNNING,
          PAUSED,
          POWERED_OFF,
          GUEST_POWERED_OFF,
          PANICKED,
          DIED,
          UNRESPONSIVE,
          BOOT_FILE_MISSING,
          DISK_MISSING,
          DISK_NOT_BLOCK_DEVICE,
          DISK_IN_USE_BY_HOST,
          DISK_IN_USE_BY_PARTITION,
          MEMORY_UNAVAILABLE,
          CPUS_UNAVAILABLE,
          DEVICES_UNAVAILABLE,
          VIRTUALIZATION_UNAVAILABLE ->
          false;
    };
  }
}
