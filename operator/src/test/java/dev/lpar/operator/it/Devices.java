package dev.lpar.operator.it;

import static org.awaitility.Awaitility.await;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.api.v1alpha1.BladeDeviceBuilder;
import dev.lpar.api.v1alpha1.Partition;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.PartitionStatusBuilder;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.function.Predicate;

/** Devices of the scripted blades, and the objects that stand for them. */
final class Devices {
  private Devices() {}

  /** An NVMe, alone in its IOMMU group. */
  static BladeDevice nvme(int bus, String serial) {
    return BladeDeviceBuilder.builder()
        .address("0000:%02x:00.0".formatted(bus))
        .pciId("144d:a808")
        .pciClass("010802")
        .kind("storage")
        .serialNumber(serial)
        .slot(Integer.toString(bus))
        .iommuGroup(bus)
        .driver("nvme")
        .build();
  }

  /** Every blade has bridges, so its report is never empty. */
  static BladeDevice rootPort() {
    return BladeDeviceBuilder.builder()
        .address("0000:00:01.0")
        .pciId("1b36:000c")
        .pciClass("060400")
        .kind("bridge")
        .slot("root")
        .build();
  }

  static PassthroughDevice declare(String name, String labels, String spec) {
    var yaml =
        """
        apiVersion: lpar.dev/v1alpha1
        kind: PassthroughDevice
        metadata: { name: %s, labels: { %s } }
        spec: { %s }
        """
            .formatted(name, labels, spec);
    var device =
        Cluster.client().getKubernetesSerialization().unmarshal(yaml, PassthroughDevice.class);
    return Cluster.client().resource(device).create();
  }

  static PassthroughDevice find(String name) {
    return Cluster.client().resources(PassthroughDevice.class).withName(name).get();
  }

  static List<String> namesOn(String blade) {
    return Cluster.client().resources(PassthroughDevice.class).list().getItems().stream()
        .filter(device -> device.getSpec().blade().equals(blade))
        .map(device -> device.getMetadata().getName())
        .sorted()
        .toList();
  }

  static void awaitNames(String blade, String... names) {
    await("PassthroughDevices of " + blade)
        .atMost(Cluster.PATIENCE)
        .until(() -> namesOn(blade), List.of(names)::equals);
  }

  static PassthroughDevice awaitDevice(
      String what, String name, Predicate<PassthroughDevice> test) {
    await("%s of PassthroughDevice %s".formatted(what, name))
        .atMost(Cluster.PATIENCE)
        .until(
            () -> {
              var device = find(name);
              return device != null && device.getStatus() != null && test.test(device);
            });
    return find(name);
  }

  static PassthroughDevice awaitReason(String name, String type, String reason) {
    return awaitDevice(
        type + "=" + reason,
        name,
        device -> Cluster.condition(device, type).getReason().equals(reason));
  }

  static void patchSpec(String name, String json) {
    Cluster.client()
        .resources(PassthroughDevice.class)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":" + json + "}");
  }

  static void remove(String name) {
    Cluster.client().resources(PassthroughDevice.class).withName(name).delete();
  }

  /** Reports all devices attached. */
  static PartitionStatus attach(Partition partition) {
    var status = ScriptedAgent.obey(partition);
    return partition.devices() == null || partition.devices().isEmpty()
        ? status
        : PartitionStatusBuilder.builder(status)
            .devices(
                partition.devices().stream()
                    .map(
                        device ->
                            new AttachedDevice(
                                device.name(),
                                device.passthroughDevice(),
                                null,
                                null,
                                null,
                                AttachmentReason.ATTACHED,
                                null))
                    .toList())
            .build();
  }
}
