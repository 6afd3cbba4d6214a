package dev.lpar.agent.plan;

import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PciAddress;
import java.util.List;
import java.util.Map;
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

  /**
   * Has a physical function have so many virtual ones; those that it has are taken away first,
   * unless a partition holds one or a process has one open.
   */
  record SetVirtualFunctions(PciAddress device, int count) implements DeviceStep, BladeStep {}

  /** Keeps the operating system's own work to some CPUs; none: lets it have all. */
  record ConfineHost(CpuSet cpus) implements BladeStep {}

  /** Has interrupts delivered to these CPUs, by their numbers. */
  record SteerInterrupts(Map<Integer, CpuSet> interrupts) implements BladeStep {
    public SteerInterrupts {
      interrupts = Map.copyOf(interrupts);
    }
  }

  /**
   * Gives a guest its CPUs, while it stands still or runs.
   *
   * @param pid of QEMU
   * @param threads of the vCPUs, in their order
   */
  record ArrangeCpus(LparId partition, long pid, List<Long> threads, CpuArrangement arrangement)
      implements PartitionStep {
    public ArrangeCpus {
      threads = List.copyOf(threads);
    }
  }

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
   * @param numaNode that the guest's memory is bound to; null: wherever there is some
   */
  record StartGuest(
      PartitionIntent intent,
      String qemuVersion,
      List<String> disks,
      @Nullable String kernel,
      @Nullable String initrd,
      @Nullable Integer numaNode)
      implements PartitionStep {
    public StartGuest {
      disks = List.copyOf(disks);
    }

    @Override
    public LparId partition() {
      return intent.id();
    }
  }

  /** An act with one of the blade's PCI functions, told of with it when it is refused. */
  sealed interface DeviceStep extends HostStep {
    PciAddress device();
  }

  /** Writes down, before anything is done to it, what the function is and how to give it back. */
  record HoldDevice(HeldDevice entry, LparId partition) implements DeviceStep, PartitionStep {
    @Override
    public PciAddress device() {
      return entry.address();
    }
  }

  /** Says which driver alone may bind the function; null: any that fits. */
  record OverrideDriver(LparId partition, PciAddress device, @Nullable String driver)
      implements DeviceStep, PartitionStep {}

  /** Takes the function from its driver, unless the host turns out to need it. */
  record TakeFromHost(LparId partition, PciAddress device, String driver)
      implements DeviceStep, PartitionStep {}

  /** Takes the function from vfio-pci. */
  record TakeFromVfio(LparId partition, PciAddress device) implements DeviceStep, PartitionStep {}

  /** Lets the driver that may have it bind the function; done when one has. */
  record ProbeDriver(LparId partition, PciAddress device) implements DeviceStep, PartitionStep {}

  /** Resets the function by the best method it has, so that nothing of its past owner is left. */
  record ResetDevice(LparId partition, PciAddress device) implements DeviceStep, PartitionStep {}

  /**
   * Ends the holding: the function's own driver has it again, or it is written down that it has
   * not.
   */
  record ReturnDevice(LparId partition, PciAddress device) implements DeviceStep, PartitionStep {}

  /**
   * Lets the guest's QEMU, and nobody else, open the nodes of these IOMMU groups, and no other.
   *
   * @param pid of QEMU, whose user the nodes are given to
   */
  record GrantGroups(LparId partition, long pid, List<Integer> groups) implements PartitionStep {
    public GrantGroups {
      groups = List.copyOf(groups);
    }
  }

  /**
   * Puts the function into a slot of the guest.
   *
   * @param memory the guest's, all of which the IOMMU is told of
   */
  record PlugDevice(LparId partition, String name, PciAddress device, int port, MemorySize memory)
      implements DeviceStep, PartitionStep {}

  /** Asks the guest to let go of a device; it takes its time. */
  record UnplugDevice(LparId partition, String name, PciAddress device)
      implements DeviceStep, PartitionStep {}

  /**
   * Forgets a function that is no longer there, or that its own driver has; unless it has been
   * taken anew since it was looked at.
   */
  record ForgetDevice(HeldDevice entry) implements BladeStep {}

  /** An act on a trace of VM exits. They are done one after the other. */
  sealed interface TraceStep extends HostStep {
    TraceId trace();
  }

  /**
   * Begins to record. What keeps it from being done is written down with the trace.
   *
   * @param pid of the guest's QEMU
   */
  record StartTrace(TraceOrder order, long pid) implements TraceStep {
    @Override
    public TraceId trace() {
      return order.id();
    }
  }

  /** Ends a trace before its time; what it has recorded is kept. */
  record EndTrace(TraceId trace, TraceReason why) implements TraceStep {}

  /** Ends a trace if it hasn't ended, and removes its records. */
  record RemoveTrace(TraceId trace) implements TraceStep {}

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
