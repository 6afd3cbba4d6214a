package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a partition is in its phase. The reason of an Lpar's condition Running is one of these. */
public enum PartitionReason {
  /** The guest runs. */
  @JsonProperty("GuestRunning")
  GUEST_RUNNING,
  /** The guest is paused, as asked. */
  @JsonProperty("GuestPaused")
  GUEST_PAUSED,
  /** The guest is being started. */
  @JsonProperty("GuestStarting")
  GUEST_STARTING,
  /** The guest was asked to power off. */
  @JsonProperty("PoweringOff")
  POWERING_OFF,
  /** Off, as asked. */
  @JsonProperty("PoweredOff")
  POWERED_OFF,
  /** The guest powered itself off and stays so until asked to stop and run again. */
  @JsonProperty("GuestPoweredOff")
  GUEST_POWERED_OFF,
  /** The guest's kernel panicked. */
  @JsonProperty("GuestPanicked")
  GUEST_PANICKED,
  /** The guest's QEMU died. */
  @JsonProperty("QemuDied")
  QEMU_DIED,
  /** Crashed; started again after a delay. */
  @JsonProperty("CrashBackOff")
  CRASH_BACK_OFF,
  /** The kernel or initrd named in directBoot isn't a file on the blade. */
  @JsonProperty("BootFileMissing")
  BOOT_FILE_MISSING,
  /** A disk's block device doesn't exist on the blade. */
  @JsonProperty("DiskMissing")
  DISK_MISSING,
  /** A disk's path is a regular file or another thing that isn't a block device. */
  @JsonProperty("DiskNotBlockDevice")
  DISK_NOT_BLOCK_DEVICE,
  /** The host has the disk mounted, or uses it as swap, or in RAID, LVM, multipath. */
  @JsonProperty("DiskInUseByHost")
  DISK_IN_USE_BY_HOST,
  /** Another partition of the blade has the disk. */
  @JsonProperty("DiskInUseByPartition")
  DISK_IN_USE_BY_PARTITION,
  /** The blade hasn't enough free memory of the page size. */
  @JsonProperty("MemoryUnavailable")
  MEMORY_UNAVAILABLE,
  /** The blade has no cores left to dedicate, or they couldn't be set up. */
  @JsonProperty("CpusUnavailable")
  CPUS_UNAVAILABLE,
  /** A pass-through device can't be had; the condition DevicesAttached says which and why. */
  @JsonProperty("DevicesUnavailable")
  DEVICES_UNAVAILABLE,
  /** The blade can't run guests: no KVM. */
  @JsonProperty("VirtualizationUnavailable")
  VIRTUALIZATION_UNAVAILABLE,
  /** QEMU or systemd refused the start; the message has their words. */
  @JsonProperty("StartFailed")
  START_FAILED,
  /** QEMU doesn't answer. */
  @JsonProperty("QemuUnresponsive")
  QEMU_UNRESPONSIVE
}
