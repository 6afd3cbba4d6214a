package dev.lpar.agent.observe;

import dev.lpar.agent.host.Devices;
import dev.lpar.agent.plan.HeldDevice;
import dev.lpar.agent.plan.ObservedDevices;
import dev.lpar.agent.plan.ObservedDevices.Refusal;
import dev.lpar.agent.plan.PciFunction;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PciAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The blade's functions for the plan. The inventory is read now and then; of those that partitions
 * want or have, the present driver is read at each look, and who has them open.
 */
final class DeviceWatch {
  private final Supplier<List<PciFunction>> inventory;
  private final Devices devices;

  DeviceWatch(Supplier<List<PciFunction>> inventory, Devices devices) {
    this.inventory = inventory;
    this.devices = devices;
  }

  ObservedDevices look(Collection<PartitionIntent> wanted, Map<PciAddress, Refusal> refusals) {
    var held = devices.held();
    var known =
        inventory.get().stream()
            .map(function -> known(function, held.get(function.address())))
            .toList();
    var matter = groupsThatMatter(known, held, wanted);
    var functions =
        known.stream()
            .map(
                function -> matter.contains(function.iommuGroup()) ? now(function, held) : function)
            .toList();
    var holders = new HashMap<PciAddress, String>();
    for (var function : functions) {
      if (matter.contains(function.iommuGroup()) && !held.containsKey(function.address())) {
        devices.holder(function.address()).ifPresent(who -> holders.put(function.address(), who));
      }
    }
    return new ObservedDevices(functions, held, holders, refusals);
  }

  private PciFunction now(PciFunction function, Map<PciAddress, HeldDevice> held) {
    return known(devices.refresh(function), held.get(function.address()));
  }

  private static PciFunction known(PciFunction function, @Nullable HeldDevice entry) {
    return entry == null ? function : entry.known(function);
  }

  private static Set<Integer> groupsThatMatter(
      List<PciFunction> functions,
      Map<PciAddress, HeldDevice> held,
      Collection<PartitionIntent> wanted) {
    return functions.stream()
        .filter(
            function ->
                held.containsKey(function.address())
                    || wanted.stream()
                        .flatMap(intent -> intent.devices().stream())
                        .anyMatch(device -> device.identity().matches(function.identity())))
        .map(PciFunction::iommuGroup)
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }
}
