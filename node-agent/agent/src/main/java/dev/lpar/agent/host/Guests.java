package dev.lpar.agent.host;

import dev.lpar.agent.plan.HostStep.PlugDevice;
import dev.lpar.agent.plan.HostStep.StartGuest;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;
import java.util.List;
import java.util.Map;

/**
 * The guests of the blade, each a unit of the host's systemd with a QEMU in it. Every call ends,
 * also when a QEMU hangs; what can't be done is a {@link HostException} that says why.
 */
public interface Guests {
  /** Units of partitions, whoever started them. */
  Map<LparId, Unit> units();

  /** Asks QEMU. */
  Look look(LparId id, boolean withStatistics);

  /** Starts the guest unless its unit is there. Returns when systemd has started it. */
  void start(StartGuest order);

  void pressPowerButton(LparId id);

  /** Ends the unit. Returns when it has ended. */
  void forceOff(LparId id);

  void pause(LparId id);

  void resume(LparId id);

  /**
   * Gives the nodes of these IOMMU groups to the user that the guest's QEMU runs as, and lets the
   * unit open them, and no other group's.
   */
  void grant(LparId id, long pid, List<Integer> groups);

  /** Puts a function into the guest; one that is there already stays. */
  void plug(PlugDevice order);

  /** Asks the guest to let go of a device; returns when it was asked. */
  void unplug(LparId id, String name);

  /** Lets systemd forget a failed unit; no unit is no error. */
  void clearFailed(LparId id);

  /**
   * @param statistics KVM's, of exits since QEMU's start, summed over the vCPUs; empty when they
   *     weren't asked for, or QEMU can't tell
   * @param devices pass-through devices that QEMU has, by their names in the partition
   * @param vcpuThreads thread ids of the vCPUs, in their order
   */
  record Look(
      RunState state,
      Map<String, Long> statistics,
      Map<String, PciAddress> devices,
      List<Long> vcpuThreads) {
    public Look {
      vcpuThreads = List.copyOf(vcpuThreads);
      devices = Map.copyOf(devices);
      statistics = Map.copyOf(statistics);
    }
  }
}
