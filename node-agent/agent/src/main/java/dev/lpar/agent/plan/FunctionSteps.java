package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.HoldDevice;
import dev.lpar.agent.plan.HostStep.OverrideDriver;
import dev.lpar.agent.plan.HostStep.PartitionStep;
import dev.lpar.agent.plan.HostStep.ProbeDriver;
import dev.lpar.agent.plan.HostStep.ResetDevice;
import dev.lpar.agent.plan.HostStep.ReturnDevice;
import dev.lpar.agent.plan.HostStep.TakeFromHost;
import dev.lpar.agent.plan.HostStep.TakeFromVfio;
import dev.lpar.model.LparId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way of one function from its driver to vfio-pci and back, from wherever it is now: an agent
 * killed between any two steps finds out here what is left to do.
 */
final class FunctionSteps {
  static final String VFIO = "vfio-pci";

  private FunctionSteps() {}

  static boolean taken(PciFunction function) {
    return VFIO.equals(function.driver());
  }

  /**
   * @param entry what is written down of the function, or null
   */
  static List<PartitionStep> take(
      PciFunction function, @Nullable HeldDevice entry, LparId partition) {
    var address = function.address();
    var steps = new ArrayList<PartitionStep>();
    if (entry == null) {
      steps.add(new HoldDevice(HeldDevice.of(function, partition), partition));
    } else if (!partition.equals(entry.partition())) {
      steps.add(new HoldDevice(entry.heldFor(partition), partition));
    }
    if (!VFIO.equals(function.driverOverride())) {
      steps.add(new OverrideDriver(partition, address, VFIO));
    }
    if (!taken(function)) {
      if (function.driver() != null) {
        steps.add(new TakeFromHost(partition, address, function.driver()));
      }
      steps.add(new ProbeDriver(partition, address));
      reset(function, partition, steps);
    }
    return steps;
  }

  static List<PartitionStep> giveBack(PciFunction function, HeldDevice entry, LparId partition) {
    var address = function.address();
    var steps = new ArrayList<PartitionStep>();
    if (taken(function)) {
      reset(function, partition, steps);
    }
    if (!Objects.equals(function.driverOverride(), entry.formerOverride())) {
      steps.add(new OverrideDriver(partition, address, entry.formerOverride()));
    }
    if (taken(function) && !VFIO.equals(entry.nativeDriver())) {
      steps.add(new TakeFromVfio(partition, address));
    }
    if (entry.nativeDriver() != null && !entry.nativeDriver().equals(function.driver())) {
      steps.add(new ProbeDriver(partition, address));
    }
    steps.add(new ReturnDevice(partition, address));
    return steps;
  }

  private static void reset(PciFunction function, LparId partition, List<PartitionStep> steps) {
    if (!function.resetMethods().isEmpty()) {
      steps.add(new ResetDevice(partition, function.address()));
    }
  }
}
