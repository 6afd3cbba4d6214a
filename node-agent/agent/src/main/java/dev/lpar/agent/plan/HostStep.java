package dev.lpar.agent.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One act on the blade. Each can be done again, or be cut off and done again, without harm. */
public sealed interface HostStep {

  /** An act on the blade as a whole. */
  sealed interface BladeStep extends HostStep {}

  /** An act on one partition. The steps of a partition are done one after the other. */
  sealed interface PartitionStep extends HostStep {
    LparId partition();
  }

  /** Copies the QEMU of the agent's image to the host. */
  record LayOutQemu(String version) implements BladeStep {}

  /** Removes a QEMU that no guest runs on. */
  record RemoveQemu(String version) implements BladeStep {}

  /** Asks the kernel for a pool of huge pages. It may give less. */
  record ReserveHugePages(Pages size, long pages) implements BladeStep {}

  /** Writes the record down, for good, before anything it announces is done. */
  record SaveRecord(PartitionRecord record) implements PartitionStep {
    @Override
    public LparId partition() {
      return record.id();
    }
  }

  /**
   * Starts the unit; done when systemd says so. An existing unit is left as it is.
   *
   * @param disks device nodes on the host, in the order of the intent's disks
   * @param kernel file on the host, with Direct boot
   */
  record StartGuest(
      PartitionIntent intent,
      String qemuVersion,
      List<String> disks,
      @Nullable String kernel,
      @Nullable String initrd)
      implements PartitionStep {
    public StartGuest {
      disks = List.copyOf(disks);
    }

    @Override
    public LparId partition() {
      return intent.id();
    }
  }

  /** The ACPI power button. */
  record PressPowerButton(LparId partition) implements PartitionStep {}

  /** Ends the unit, whatever its guest does. */
  record ForceOff(LparId partition) implements PartitionStep {}

  record PauseGuest(LparId partition) implements PartitionStep {}

  record ResumeGuest(LparId partition) implements PartitionStep {}

  /** Starts the console's log anew, the present one kept as the older half. */
  record RotateConsole(LparId partition) implements PartitionStep {}

  /** Keeps the ended guest's console log with the record and removes its sockets. */
  record ClearRunDirectory(LparId partition) implements PartitionStep {}

  /** Lets systemd forget a failed unit. */
  record ClearFailedUnit(LparId partition) implements PartitionStep {}

  /** Removes all that is left of the partition, UEFI variables included. */
  record RemovePartition(LparId partition) implements PartitionStep {}
}
