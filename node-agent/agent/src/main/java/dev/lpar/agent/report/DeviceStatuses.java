package dev.lpar.agent.report;

import dev.lpar.agent.plan.Attachment;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.HeldDevice;
import dev.lpar.agent.plan.ObservedDevices;
import dev.lpar.agent.plan.PciFunction;
import dev.lpar.agent.plan.VirtualFunctionPlanner;
import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.model.PciAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the Blade's status says of PCI functions, and of partitions' devices. */
final class DeviceStatuses {
  private DeviceStatuses() {}

  static List<BladeDevice> of(ObservedDevices devices, Desired desired) {
    return devices.functions().stream()
        .map(
            function -> {
              var held = devices.held().get(function.address());
              var problem =
                  held == null
                      ? VirtualFunctionPlanner.problem(function, devices, desired)
                      : held.problem();
              return device(function, held, problem);
            })
        .toList();
  }

  private static BladeDevice device(
      PciFunction function, @Nullable HeldDevice held, @Nullable String problem) {
    var identity = function.identity();
    var physical = function.physicalFunction();
    return new BladeDevice(
        function.address().text(),
        Objects.requireNonNull(identity.pciId(), "every function has ids"),
        function.pciClass(),
        function.kind(),
        function.description(),
        identity.serialNumber(),
        identity.wwn(),
        identity.macAddress(),
        identity.slot(),
        function.iommuGroup(),
        function.numaNode(),
        function.resetMethods(),
        function.driver(),
        held == null ? null : held.nativeDriver(),
        function.hostUse(),
        physical == null ? null : physical.text(),
        function.totalVirtualFunctions() == 0 ? null : function.totalVirtualFunctions(),
        function.virtualFunctions() == 0 ? null : function.virtualFunctions(),
        problem);
  }

  static List<AttachedDevice> attached(List<Attachment> attachments) {
    return attachments.stream()
        .map(
            attachment ->
                new AttachedDevice(
                    attachment.name(),
                    attachment.passthroughDevice(),
                    attachment.address() == null ? null : attachment.address().text(),
                    attachment.iommuGroup(),
                    attachment.groupMembers().stream().map(PciAddress::text).toList(),
                    AttachmentReason.valueOf(attachment.state().name()),
                    attachment.message()))
        .toList();
  }
}
