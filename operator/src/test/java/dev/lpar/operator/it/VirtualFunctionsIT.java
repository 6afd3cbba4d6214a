package dev.lpar.operator.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.api.v1alpha1.BladeDeviceBuilder;
import dev.lpar.api.v1alpha1.FunctionCount;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.api.v1alpha1.PassthroughDeviceStatus.VirtualFunctions;
import dev.lpar.operator.observe.Blades;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A card is divided, its parts are claimed, and it is whole again; without the hardware. */
class VirtualFunctionsIT {
  private static final String BLADE = "sriov";
  private static final String CARD = BLADE + "-storage-s3";

  private OperatorProcess operator;
  private ScriptedAgent agent;

  @BeforeEach
  void start() {
    operator = OperatorProcess.start("virtual-functions");
    Cluster.addNode(BLADE, Map.of("only", BLADE));
    agent = new ScriptedAgent(BLADE, ScriptedAgent.resources(4, "8Gi", Map.of()));
    agent.follow(Devices::attach);
    agent.have(card(0));
    Cluster.awaitReady(BLADE);
  }

  @AfterEach
  void stop() {
    Cluster.retire(BLADE);
    agent.close();
    Devices.namesOn(BLADE).forEach(Devices::remove);
    operator.close();
  }

  /** A card that can have four virtual functions, and has so many. */
  private static List<BladeDevice> card(int present) {
    var functions = new ArrayList<BladeDevice>();
    functions.add(Devices.rootPort());
    functions.add(
        BladeDeviceBuilder.builder(Devices.nvme(3, "S3"))
            .totalVirtualFunctions(4)
            .virtualFunctions(present == 0 ? null : present)
            .build());
    for (int i = 0; i < present; i++) {
      functions.add(
          BladeDeviceBuilder.builder(Devices.nvme(3, "S3"))
              .address("0000:03:00." + (i + 1))
              .slot("3/vf" + i)
              .iommuGroup(30 + i)
              .physicalFunction("0000:03:00.0")
              .build());
    }
    return functions;
  }

  private static void ask(Integer count) {
    Devices.patchSpec(CARD, "{\"virtualFunctions\":%s}".formatted(count));
  }

  private static void awaitTold(Integer count) {
    await("virtual functions told")
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                Blades.virtualFunctions(Cluster.blade(BLADE)).stream()
                    .map(told -> told.count())
                    .toList(),
            Optional.ofNullable(count).stream().toList()::equals);
  }

  private static PassthroughDevice awaitVerdict(String reason) {
    return Devices.awaitDevice(
        "VirtualFunctions=" + reason,
        CARD,
        device ->
            device.getStatus().conditions().stream()
                .anyMatch(
                    condition ->
                        condition.getType().equals("VirtualFunctions")
                            && condition.getReason().equals(reason)));
  }

  private static String message(PassthroughDevice device) {
    return Cluster.condition(device, "VirtualFunctions").getMessage();
  }

  @Test
  void aCardIsDividedKeptSoWhileAPartIsClaimedAndMadeWhole() {
    Devices.awaitReason(CARD, "Ready", "NotOffered");
    ask(2);
    awaitTold(2);
    assertEquals("it has no virtual functions and is to have 2", message(awaitVerdict("Pending")));
    assertEquals(
        List.of(new FunctionCount(CARD, Devices.find(CARD).getSpec().identity(), 2)),
        Cluster.blade(BLADE).getSpec().virtualFunctions());

    agent.have(card(2));
    assertEquals(
        new VirtualFunctions(4, 2), awaitVerdict("AsAsked").getStatus().virtualFunctions());
    var first = BLADE + "-storage-3-vf0-144d-a808";
    Devices.awaitNames(BLADE, first, BLADE + "-storage-3-vf1-144d-a808", CARD);
    Devices.patchSpec(first, "{\"assignable\":true}");
    Cluster.create(
        "divides",
        Cluster.shared(5, "1Gi")
            + "devices: [ { name: disk, passthroughDevice: %s } ]\n".formatted(first));
    Cluster.awaitCondition("divides", "Ready", "True", "GuestRunning");

    ask(3);
    assertEquals(
        first + " is claimed by payments/divides: the number changes when no partition has one",
        message(awaitVerdict("VirtualFunctionsClaimed")));
    awaitTold(2);
    // What one manager applies isn't another's to remove.
    assertEquals(1, Blades.partitions(Cluster.blade(BLADE)).size());
    Cluster.delete("divides");
    Cluster.awaitGone("divides");
    awaitTold(3);

    ask(0);
    awaitTold(0);
    agent.have(card(0));
    awaitVerdict("AsAsked");
    ask(null);
    awaitTold(null);
    Devices.awaitDevice(
        "no VirtualFunctions",
        CARD,
        device ->
            device.getStatus().conditions().stream()
                .noneMatch(condition -> condition.getType().equals("VirtualFunctions")));
  }
}
