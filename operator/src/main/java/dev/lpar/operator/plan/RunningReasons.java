package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.PartitionReason;
import java.util.Arrays;

/**
 * What the reasons that a blade reports mean for people: all is as wanted, or something is wrong.
 */
final class RunningReasons {
  private RunningReasons() {}

  static boolean isTrouble(String word) {
    return Arrays.stream(PartitionReason.values())
        .filter(reason -> Reason.word(reason.name()).equals(word))
        .anyMatch(RunningReasons::isTrouble);
  }

  static boolean isTrouble(PartitionReason reason) {
    return switch (reason) {
      case GUEST_RUNNING,
          GUEST_PAUSED,
          GUEST_STARTING,
          POWERING_OFF,
          POWERED_OFF,
          GUEST_POWERED_OFF ->
          false;
      case GUEST_PANICKED,
          QEMU_DIED,
          CRASH_BACK_OFF,
          BOOT_FILE_MISSING,
          DISK_MISSING,
          DISK_NOT_BLOCK_DEVICE,
          DISK_IN_USE_BY_HOST,
          DISK_IN_USE_BY_PARTITION,
          MEMORY_UNAVAILABLE,
          CPUS_UNAVAILABLE,
          DEVICES_UNAVAILABLE,
          VIRTUALIZATION_UNAVAILABLE,
          START_FAILED,
          QEMU_UNRESPONSIVE ->
          true;
    };
  }

  /** In words, for reports that bring none of their own. */
  static String sentence(PartitionReason reason) {
    return switch (reason) {
      case GUEST_RUNNING -> "the guest runs";
      case GUEST_PAUSED -> "the guest is paused, as asked";
      case GUEST_STARTING -> "the guest is being started";
      case POWERING_OFF -> "the guest was asked to power off";
      case POWERED_OFF -> "powered off, as asked";
      case GUEST_POWERED_OFF ->
          "the guest powered itself off; set powerState to Stopped, then to Running, to start it";
      case GUEST_PANICKED -> "the guest's kernel panicked";
      case QEMU_DIED -> "the guest's QEMU died";
      case CRASH_BACK_OFF -> "crashed; it is started again after a delay";
      case BOOT_FILE_MISSING -> "the blade hasn't the kernel or initrd of directBoot";
      case DISK_MISSING -> "the blade hasn't the block device of a disk";
      case DISK_NOT_BLOCK_DEVICE -> "the path of a disk isn't a block device";
      case DISK_IN_USE_BY_HOST -> "the blade itself uses a disk";
      case DISK_IN_USE_BY_PARTITION -> "another partition has a disk";
      case MEMORY_UNAVAILABLE -> "the blade hasn't enough free memory of the page size";
      case CPUS_UNAVAILABLE -> "the blade hasn't the CPUs to dedicate";
      case DEVICES_UNAVAILABLE -> "a pass-through device can't be had";
      case VIRTUALIZATION_UNAVAILABLE -> "the blade can't run guests: it has no KVM";
      case START_FAILED -> "the guest couldn't be started";
      case QEMU_UNRESPONSIVE -> "the guest's QEMU doesn't answer";
    };
  }
}
