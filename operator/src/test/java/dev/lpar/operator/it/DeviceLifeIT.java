package dev.lpar.operator.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lpar.api.v1alpha1.AssignedDevice;
import dev.lpar.api.v1alpha1.PassthroughDeviceStatus.Claim;
import dev.lpar.operator.observe.Blades;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** A device from discovery to release, without the hardware. */
class DeviceLifeIT {
  private static int count;

  private String blade;
  private OperatorProcess operator;
  private ScriptedAgent agent;

  @BeforeEach
  void start(TestInfo test) {
    blade = "dev-" + ++count;
    operator = OperatorProcess.start("device-life");
    Cluster.addNode(blade, Map.of("only", blade));
    agent = new ScriptedAgent(blade, ScriptedAgent.resources(4, "8Gi", Map.of()), 3);
    agent.follow(Devices::attach);
    agent.have(List.of(Devices.rootPort()));
    Cluster.awaitReady(blade);
  }

  @AfterEach
  void stop() {
    // With the blade go the objects that the operator made, and no others.
    Cluster.retire(blade);
    agent.close();
    await()
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                Devices.namesOn(blade).stream()
                    .noneMatch(name -> name.startsWith(blade + "-storage")));
    Devices.namesOn(blade).forEach(Devices::remove);
    operator.close();
  }

  private String withDevices(String devices) {
    return Cluster.shared(5, "1Gi")
        + "placement: { bladeSelector: { matchLabels: { only: %s } } }\n".formatted(blade)
        + "devices: [ %s ]\n".formatted(devices);
  }

  private static List<AssignedDevice> claims(String blade) {
    return Blades.partitions(Cluster.blade(blade)).getFirst().devices();
  }

  private static void delete(String lpar) {
    Cluster.delete(lpar);
    Cluster.awaitGone(lpar);
  }

  @Test
  void aDeviceIsDiscoveredOfferedClaimedReleasedAndForgotten() {
    agent.have(List.of(Devices.rootPort(), Devices.nvme(3, "S3")));
    var name = blade + "-storage-s3";
    Devices.awaitNames(blade, name);
    var found = Devices.awaitReason(name, "Ready", "NotOffered");
    assertEquals("0000:03:00.0", found.getStatus().address());
    assertEquals(3, found.getStatus().iommuGroup());
    assertEquals(
        Map.of("lpar.dev/class", "storage", "lpar.dev/discovered", ""),
        found.getMetadata().getLabels());
    assertNull(found.getSpec().assignable());

    // Its Lpar waits, with the reason, and goes on when the administrator consents.
    var lpar = "claims-" + blade;
    Cluster.create(lpar, withDevices("{ name: disk, passthroughDevice: %s }".formatted(name)));
    var waiting = Cluster.awaitCondition(lpar, "Placed", "False", "NoFit");
    assertEquals(
        "disk (%s): not offered: set assignable: true in it".formatted(name),
        Cluster.condition(waiting, "Ready").getMessage().split("lacks devices: ")[1].split(",")[0]);
    Devices.patchSpec(name, "{\"assignable\":true}");
    var runs = Cluster.awaitCondition(lpar, "Ready", "True", "GuestRunning");
    assertEquals("1 device attached", Cluster.condition(runs, "DevicesAttached").getMessage());
    assertEquals(name, runs.getStatus().devices().getFirst().passthroughDevice());
    assertEquals("S3", claims(blade).getFirst().identity().serialNumber());
    Devices.awaitDevice(
        "claim",
        name,
        device ->
            new Claim(Cluster.NAMESPACE, lpar, runs.getMetadata().getUid())
                .equals(device.getStatus().claimedBy()));

    // Another one that wants it is told who has it.
    var second = "wants-" + blade;
    Cluster.create(second, withDevices("{ name: disk, passthroughDevice: %s }".formatted(name)));
    await()
        .atMost(Cluster.PATIENCE)
        .until(
            () -> {
              var status = Cluster.lpar(second).getStatus();
              return status != null
                  && Cluster.condition(Cluster.lpar(second), "Placed")
                      .getMessage()
                      .contains("claimed by payments/" + lpar);
            });
    delete(lpar);
    Cluster.awaitCondition(second, "Ready", "True", "GuestRunning");

    // Consent taken back and the device gone: what is claimed stays.
    Devices.patchSpec(name, "{\"assignable\":null}");
    agent.have(List.of(Devices.rootPort()));
    Devices.awaitReason(name, "Present", "NotFound");
    assertEquals(name, claims(blade).getFirst().passthroughDevice());
    delete(second);
    Devices.awaitNames(blade);
  }

  @Test
  void oneThatIsDeclaredStaysAndTakesThePlaceOfTheDiscoveredOne() {
    agent.have(List.of(Devices.rootPort(), Devices.nvme(3, "S3"), Devices.nvme(4, "S4")));
    Devices.awaitNames(blade, blade + "-storage-s3", blade + "-storage-s4");
    Devices.declare(
        blade + "-archive", "", "blade: %s, identity: { serialNumber: S3 }".formatted(blade));
    Devices.awaitNames(blade, blade + "-archive", blade + "-storage-s4");
    // An address that changes is the same object; a device that is gone leaves the declared one.
    agent.have(List.of(Devices.rootPort(), Devices.nvme(9, "S3")));
    Devices.awaitDevice(
        "address",
        blade + "-archive",
        device -> "0000:09:00.0".equals(device.getStatus().address()));
    Devices.awaitNames(blade, blade + "-archive");
    agent.have(List.of(Devices.rootPort()));
    Devices.awaitReason(blade + "-archive", "Ready", "NotFound");
    assertNotNull(Devices.find(blade + "-archive"));
  }

  @Test
  void anEditedIdentityReachesTheBladeWithoutANewGeneration() {
    agent.have(List.of(Devices.rootPort(), Devices.nvme(3, "S3"), Devices.nvme(4, "S4")));
    var name = blade + "-disk";
    Devices.declare(
        name,
        "tier: fast",
        "blade: %s, assignable: true, identity: { serialNumber: S3 }".formatted(blade));
    var lpar = "replaced-" + blade;
    Cluster.create(lpar, withDevices("{ name: disk, selector: { matchLabels: { tier: fast } } }"));
    Cluster.awaitCondition(lpar, "Ready", "True", "GuestRunning");
    Devices.patchSpec(name, "{\"identity\":{\"serialNumber\":\"S4\"}}");
    await()
        .atMost(Cluster.PATIENCE)
        .until(() -> claims(blade).getFirst().identity().serialNumber().equals("S4"));
    assertEquals(1, Cluster.lpar(lpar).getMetadata().getGeneration());
    // Dropped from the spec, it is free again.
    Cluster.patchSpec(lpar, "{\"devices\":null}");
    Devices.awaitDevice("no claim", name, device -> device.getStatus().claimedBy() == null);
    delete(lpar);
  }

  @Test
  void bySilenceNothingIsMadeOrRemoved() {
    agent.have(List.of(Devices.rootPort(), Devices.nvme(3, "S3")));
    var name = blade + "-storage-s3";
    Devices.awaitReason(name, "Ready", "NotOffered");
    agent.fallSilent();
    Devices.awaitReason(name, "Ready", "AgentSilent");
    Devices.remove(name);
    // The wait for a witness: what the operator would do, it would have done by then.
    Devices.declare(
        "witness-" + blade, "", "blade: %s, identity: { serialNumber: S9 }".formatted(blade));
    Devices.awaitReason("witness-" + blade, "Present", "NotFound");
    assertNull(Devices.find(name));
    agent.speak();
    Devices.awaitNames(blade, name, "witness-" + blade);
  }
}
