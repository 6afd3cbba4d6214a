package dev.lpar.operator.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.BladeDeviceBuilder;
import dev.lpar.api.v1alpha1.EntitlementReason;
import dev.lpar.api.v1alpha1.LparStatus.CpuStatus;
import dev.lpar.api.v1alpha1.PageSize;
import dev.lpar.api.v1alpha1.PartitionCpu;
import dev.lpar.api.v1alpha1.PartitionCpu.Usage;
import dev.lpar.api.v1alpha1.PartitionMemory;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatusBuilder;
import dev.lpar.api.v1alpha1.Phase;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LparLifecycleIT {
  private static OperatorProcess operator;
  private static ScriptedAgent agent;

  @BeforeAll
  static void start() {
    operator = OperatorProcess.start("lifecycle");
    Cluster.addNode("life-1", Map.of("rack", "life"));
    agent = new ScriptedAgent("life-1", ScriptedAgent.resources(8, "16Gi", Map.of("2Mi", "4Gi")));
    Cluster.awaitReady("life-1");
  }

  @AfterAll
  static void stop() {
    Cluster.retire("life-1");
    agent.close();
    operator.close();
  }

  private static String onLife(String spec) {
    return spec + "placement: { bladeSelector: { matchLabels: { rack: life } } }\n";
  }

  @Test
  void aPartitionIsPlacedRunsStopsRunsAgainAndGoes() {
    Cluster.create("ledger", onLife(Cluster.shared(25, "1Gi")));
    var running = Cluster.awaitCondition("ledger", "Ready", "True", "GuestRunning");
    assertEquals("life-1", running.getStatus().blade());
    assertEquals(Phase.RUNNING, running.getStatus().phase());
    assertEquals("25% of 8", running.getStatus().cpu().summary());
    assertEquals("True", Cluster.condition(running, "Placed").getStatus());
    assertEquals("AwaitingAgent", Cluster.condition(running, "EntitlementMet").getReason());
    assertEquals(List.of("life-1"), Cluster.bladesOf(running));

    Cluster.patchSpec("ledger", "{\"powerState\":\"Stopped\"}");
    var stopped = Cluster.awaitCondition("ledger", "Ready", "False", "PoweredOff");
    assertEquals(Phase.STOPPED, stopped.getStatus().phase());
    assertEquals(2, stopped.getStatus().observedGeneration());

    Cluster.patchSpec("ledger", "{\"powerState\":\"Running\"}");
    Cluster.awaitCondition("ledger", "Ready", "True", "GuestRunning");

    Cluster.delete("ledger");
    Cluster.awaitGone("ledger");
    assertEquals(List.of(), Cluster.bladesOf(running));

    var reasons =
        Cluster.client()
            .resources(Event.class)
            .inNamespace(Cluster.NAMESPACE)
            .list()
            .getItems()
            .stream()
            .filter(event -> event.getRegarding().getName().equals("ledger"))
            .sorted(Comparator.comparing(event -> event.getEventTime().getTime()))
            .map(Event::getReason)
            .toList();
    assertEquals(
        List.of("Placed", "GuestRunning", "PoweredOff", "GuestRunning"),
        reasons.stream().filter(reason -> !reason.equals("LeavingBlade")).toList());
  }

  @Test
  void theSpecIsNeverWritten() {
    var created = Cluster.create("unwritten", onLife(Cluster.shared(5, "1Gi")));
    var running = Cluster.awaitCondition("unwritten", "Ready", "True", "GuestRunning");
    assertEquals(created.getSpec(), running.getSpec());
    assertEquals(1, running.getMetadata().getGeneration());
    assertTrue(
        running.getMetadata().getManagedFields().stream()
            .filter(fields -> fields.getManager().startsWith("lpar-operator"))
            .noneMatch(
                fields -> fields.getFieldsV1().getAdditionalProperties().containsKey("f:spec")));
    Cluster.delete("unwritten");
    Cluster.awaitGone("unwritten");
  }

  @Test
  void aDeletionEndsOnlyWhenTheAgentReportsThePartitionGone() {
    var lpar = Cluster.create("lingering", onLife(Cluster.shared(5, "1Gi")));
    Cluster.awaitCondition("lingering", "Ready", "True", "GuestRunning");
    agent.keepRemoved(true);
    Cluster.delete("lingering");
    var waiting = Cluster.awaitCondition("lingering", "Placed", "False", "LeavingBlade");
    assertEquals(List.of(), Cluster.bladesOf(lpar));
    assertEquals("Deleting", Cluster.condition(waiting, "Ready").getReason());
    assertNotNull(Cluster.lpar("lingering"));
    agent.keepRemoved(false);
    Cluster.awaitGone("lingering");
  }

  @Test
  void whatTheAgentReportsIsShown() {
    agent.follow(
        partition ->
            partition.name().equals("broken")
                ? ScriptedAgent.status(partition, Phase.FAILED, PartitionReason.DISK_MISSING)
                : ScriptedAgent.obey(partition));
    Cluster.create("broken", onLife(Cluster.shared(5, "1Gi")));
    var failed = Cluster.awaitCondition("broken", "Running", "False", "DiskMissing");
    assertEquals(Phase.FAILED, failed.getStatus().phase());
    agent.follow(ScriptedAgent::obey);
    Cluster.awaitCondition("broken", "Ready", "True", "GuestRunning");
    Cluster.delete("broken");
    Cluster.awaitGone("broken");
  }

  @Test
  void whatTheAgentMeasuresOfCpusIsShownAndKeepsItFromReadyOnlyWhenNotEnforced() {
    Cluster.create("measured", onLife(Cluster.shared(5, "1Gi")));
    measured(EntitlementReason.BELOW_ENTITLEMENT);
    var below = Cluster.awaitCondition("measured", "EntitlementMet", "False", "BelowEntitlement");
    assertEquals(
        new CpuStatus("5% of 8", null, "0-1", "0.400", "0.312", "3.9", "40.1", "0.0"),
        below.getStatus().cpu());
    assertEquals(new PartitionMemory(0, PageSize.SIZE_4KI), below.getStatus().memory());
    assertEquals("True", Cluster.condition(below, "Ready").getStatus());
    measured(EntitlementReason.NOT_ENFORCED);
    Cluster.awaitCondition("measured", "Ready", "False", "NotEnforced");
    measured(EntitlementReason.MET);
    Cluster.awaitCondition("measured", "Ready", "True", "GuestRunning");
    agent.follow(ScriptedAgent::obey);
    Cluster.delete("measured");
    Cluster.awaitGone("measured");
    var events =
        Cluster.client()
            .resources(Event.class)
            .inNamespace(Cluster.NAMESPACE)
            .list()
            .getItems()
            .stream()
            .filter(event -> event.getRegarding().getName().equals("measured"))
            .map(Event::getReason)
            .toList();
    assertTrue(events.contains("NotEnforced"), events::toString);
    assertFalse(events.contains("BelowEntitlement"), events::toString);
  }

  private static void measured(EntitlementReason entitlement) {
    var usage = new Usage("0.400", "0.312", "3.9", "40.1", "0.0");
    agent.follow(
        partition ->
            PartitionStatusBuilder.builder(ScriptedAgent.obey(partition))
                .cpu(new PartitionCpu(null, "0-1", entitlement, "as measured", usage))
                .memory(new PartitionMemory(0, PageSize.SIZE_4KI))
                .build());
  }

  @Test
  void anEqualStatusIsNotWritten() {
    Cluster.create("still", onLife(Cluster.shared(5, "1Gi")));
    var before = Cluster.awaitCondition("still", "Ready", "True", "GuestRunning");
    // Changes of the Blade that don't concern the Lpar, each of which reconciles it.
    for (int i = 0; i < 5; i++) {
      agent.have(
          List.of(
              BladeDeviceBuilder.builder()
                  .address("0000:01:0%d.0".formatted(i))
                  .pciId("1af4:1000")
                  .pciClass("020000")
                  .build()));
      int seen = i;
      await()
          .atMost(Cluster.PATIENCE)
          .until(
              () ->
                  Cluster.blade("life-1")
                      .getStatus()
                      .devices()
                      .getFirst()
                      .address()
                      .equals("0000:01:0%d.0".formatted(seen)));
    }
    // What is created after those changes is reconciled after them.
    Cluster.create("later", onLife(Cluster.shared(5, "1Gi")));
    Cluster.awaitCondition("later", "Ready", "True", "GuestRunning");
    assertEquals(
        before.getMetadata().getResourceVersion(),
        Cluster.lpar("still").getMetadata().getResourceVersion());
    Cluster.delete("still");
    Cluster.delete("later");
    Cluster.awaitGone("still");
    Cluster.awaitGone("later");
  }

  @Test
  void aChangeThatDoesntFitIsRefusedAndAStopIsStillFollowed() {
    Cluster.create("growing", onLife(Cluster.shared(5, "1Gi")));
    Cluster.awaitCondition("growing", "Ready", "True", "GuestRunning");
    Cluster.patchSpec("growing", "{\"memory\":{\"size\":\"1Ti\"}}");
    var refused = Cluster.awaitCondition("growing", "Ready", "False", "ChangeDoesNotFit");
    assertEquals(
        "life-1 lacks memory (need 1Ti of 4Ki pages, free 16Gi)",
        Cluster.condition(refused, "Ready").getMessage());
    assertEquals(Phase.RUNNING, refused.getStatus().phase());
    Cluster.patchSpec("growing", "{\"powerState\":\"Stopped\"}");
    Cluster.awaitCondition("growing", "Running", "False", "PoweredOff");
    Cluster.patchSpec("growing", "{\"powerState\":null,\"memory\":{\"size\":\"2Gi\"}}");
    Cluster.awaitCondition("growing", "Ready", "True", "GuestRunning");
    Cluster.delete("growing");
    Cluster.awaitGone("growing");
  }

  @Test
  void whatFoundNoRoomIsPlacedWhenSomeIsFreed() {
    Cluster.create("first", onLife(Cluster.shared(60, "1Gi")));
    Cluster.awaitCondition("first", "Ready", "True", "GuestRunning");
    Cluster.create("second", onLife(Cluster.shared(60, "1Gi")));
    var waiting = Cluster.awaitCondition("second", "Placed", "False", "NoFit");
    assertEquals(
        "0/1 blades fit: 1 lacks service ratio (need 60%, free 40%)",
        Cluster.condition(waiting, "Ready").getMessage());
    Cluster.delete("first");
    Cluster.awaitCondition("second", "Ready", "True", "GuestRunning");
    Cluster.delete("second");
    Cluster.awaitGone("first");
    Cluster.awaitGone("second");
  }
}
