package dev.lpar.agent.plan;

import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PciAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The blade's PCI functions, and what was done to them.
 *
 * @param functions all of them, known as what they were before vfio-pci took them
 * @param held what is written down of functions taken from their drivers
 * @param holders processes that have a function open, of those that a partition wants and hasn't
 * @param refusals why the last step with a function was refused, where it was
 */
public record ObservedDevices(
    List<PciFunction> functions,
    Map<PciAddress, HeldDevice> held,
    Map<PciAddress, String> holders,
    Map<PciAddress, Refusal> refusals) {

  public static final ObservedDevices NONE =
      new ObservedDevices(List.of(), Map.of(), Map.of(), Map.of());

  public ObservedDevices {
    functions = List.copyOf(functions);
    held = Map.copyOf(held);
    holders = Map.copyOf(holders);
    refusals = Map.copyOf(refusals);
  }

  /** A step with a device that was refused. */
  public record Refusal(Attachment.State state, String message) {}

  Optional<PciFunction> at(PciAddress address) {
    return functions.stream().filter(function -> function.address().equals(address)).findFirst();
  }

  /**
   * All functions that have everything which is asked for. A virtual one that tells the same as its
   * physical one isn't among them: it is known by its slot.
   */
  List<PciFunction> matching(DeviceIdentity asked) {
    var all = functions.stream().filter(function -> asked.matches(function.identity())).toList();
    return all.stream()
        .filter(
            function ->
                all.stream()
                    .noneMatch(other -> other.address().equals(function.physicalFunction())))
        .toList();
  }

  /** The virtual functions of a physical one. */
  List<PciFunction> virtualFunctions(PciFunction physical) {
    return functions.stream()
        .filter(function -> physical.address().equals(function.physicalFunction()))
        .toList();
  }

  /** The functions that go to one owner only together: of its IOMMU group, bridges left out. */
  List<PciFunction> group(PciFunction of) {
    var group = of.iommuGroup();
    return group == null
        ? List.of(of)
        : functions.stream()
            .filter(function -> group.equals(function.iommuGroup()) && !function.passingBridge())
            .toList();
  }
}
