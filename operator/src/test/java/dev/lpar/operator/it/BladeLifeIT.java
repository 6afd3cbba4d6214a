package dev.lpar.operator.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.lpar.api.v1alpha1.BladeDeviceBuilder;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.api.v1alpha1.Phase;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Blades come and go with their Nodes, and their agents fall silent. */
class BladeLifeIT {
  private static OperatorProcess operator;

  @BeforeAll
  static void start() {
    operator = OperatorProcess.start("blade-life");
  }

  @AfterAll
  static void stop() {
    operator.close();
  }

  /** A blade whose agent's Lease lasts three seconds, so that a test can wait for its end. */
  private static ScriptedAgent blade(String name) {
    Cluster.addNode(name, Map.of("only", name));
    var agent = new ScriptedAgent(name, ScriptedAgent.resources(4, "8Gi", Map.of()), 3);
    Cluster.awaitReady(name);
    return agent;
  }

  private static String on(String blade) {
    return Cluster.shared(10, "1Gi") + "placement: { blade: %s }\n".formatted(blade);
  }

  private static Condition ready(String blade) {
    return Cluster.condition(Cluster.blade(blade).getStatus().conditions(), "Ready");
  }

  private static void awaitSilence(String blade) {
    await("silence of " + blade)
        .atMost(Cluster.PATIENCE)
        .until(() -> ready(blade).getReason().equals("AgentSilent"));
  }

  @Test
  void aBladeHasItsNodesLabels() {
    Cluster.addNode("labelled", Map.of("rack", "a", "slot", "7"));
    assertEquals(
        Map.of("lpar.dev/blade", "", "rack", "a", "slot", "7"),
        Cluster.blade("labelled").getMetadata().getLabels());
    Cluster.client()
        .nodes()
        .withName("labelled")
        .edit(
            node ->
                new NodeBuilder(node)
                    .editMetadata()
                    .addToLabels("rack", "b")
                    .removeFromLabels("slot")
                    .endMetadata()
                    .build());
    await()
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                Map.of("lpar.dev/blade", "", "rack", "b")
                    .equals(Cluster.blade("labelled").getMetadata().getLabels()));
    Cluster.retire("labelled");
  }

  @Test
  void aBladeThatIsRemovedByHandComesBackWithItsPartitions() {
    try (var _ = blade("rebuilt")) {
      var lpar = Cluster.create("resident", on("rebuilt"));
      Cluster.awaitCondition("resident", "Ready", "True", "GuestRunning");
      var uid = Cluster.blade("rebuilt").getMetadata().getUid();
      Cluster.client().resource(Cluster.blade("rebuilt")).delete();
      await()
          .atMost(Cluster.PATIENCE)
          .until(
              () ->
                  Cluster.blade("rebuilt") != null
                      && !Cluster.blade("rebuilt").getMetadata().getUid().equals(uid)
                      && Cluster.bladesOf(lpar).equals(List.of("rebuilt")));
      Cluster.awaitCondition("resident", "Ready", "True", "GuestRunning");
      Cluster.delete("resident");
      Cluster.awaitGone("resident");
      Cluster.retire("rebuilt");
    }
  }

  @Test
  void aBladeSurvivesItsNodeWhilePartitionsMayRun() {
    try (var _ = blade("kept")) {
      Cluster.create("survivor", on("kept"));
      Cluster.awaitCondition("survivor", "Ready", "True", "GuestRunning");
      Cluster.removeNode("kept");
      Cluster.addNode("witness", Map.of());
      Cluster.retire("witness");
      assertNotNull(Cluster.blade("kept"));
      Cluster.delete("survivor");
      Cluster.awaitGone("survivor");
      await().atMost(Cluster.PATIENCE).until(() -> Cluster.blade("kept") == null);
    }
  }

  @Test
  void aSilentAgentMakesReadyUnknownAndNothingElseChanges() {
    try (var agent = blade("silent")) {
      var device =
          Cluster.client()
              .resource(
                  """
                  apiVersion: lpar.dev/v1alpha1
                  kind: PassthroughDevice
                  metadata: { name: silent-nvme }
                  spec: { blade: silent, identity: { serialNumber: S5XYZ } }
                  """)
              .create();
      agent.have(
          List.of(
              BladeDeviceBuilder.builder()
                  .address("0000:03:00.0")
                  .pciId("144d:a808")
                  .pciClass("010802")
                  .serialNumber("S5XYZ")
                  .iommuGroup(12)
                  .numaNode(0)
                  .driver("nvme")
                  .build()));
      Cluster.create("quiet", on("silent"));
      var before = Cluster.awaitCondition("quiet", "Ready", "True", "GuestRunning");
      var spec = Cluster.blade("silent").getSpec();

      agent.fallSilent();
      awaitSilence("silent");
      var unknown = Cluster.awaitCondition("quiet", "Ready", "Unknown", "AgentSilent");
      assertEquals(Phase.RUNNING, unknown.getStatus().phase());
      assertEquals(Cluster.condition(before, "Running"), Cluster.condition(unknown, "Running"));
      assertEquals(Cluster.condition(before, "Placed"), Cluster.condition(unknown, "Placed"));
      assertEquals(spec, Cluster.blade("silent").getSpec());
      await()
          .atMost(Cluster.PATIENCE)
          .until(
              () -> {
                var found =
                    Cluster.client()
                        .resources(PassthroughDevice.class)
                        .withName("silent-nvme")
                        .get();
                return Cluster.condition(found, "Ready").getReason().equals("AgentSilent")
                    && Cluster.condition(found, "Present").getStatus().equals("True")
                    && "0000:03:00.0".equals(found.getStatus().address());
              });

      // Nothing new is placed there.
      Cluster.create("newcomer", on("silent"));
      Cluster.awaitCondition("newcomer", "Placed", "False", "NoFit");

      agent.speak();
      Cluster.awaitCondition("quiet", "Ready", "True", "GuestRunning");
      Cluster.awaitCondition("newcomer", "Ready", "True", "GuestRunning");
      Cluster.client().resource(device).delete();
      Cluster.delete("quiet");
      Cluster.delete("newcomer");
      Cluster.awaitGone("quiet");
      Cluster.awaitGone("newcomer");
      Cluster.retire("silent");
    }
  }

  @Test
  void aDeletionOnADeadBladeWaitsAndSaysWhatToDo() {
    try (var agent = blade("dead")) {
      var lpar = Cluster.create("stranded", on("dead"));
      Cluster.awaitCondition("stranded", "Ready", "True", "GuestRunning");
      agent.fallSilent();
      Cluster.removeNode("dead");
      awaitSilence("dead");
      Cluster.delete("stranded");
      // Unknown it is since the silence; what to do is said once the deletion is seen.
      await("what to do about a deletion on a dead blade")
          .atMost(Cluster.PATIENCE)
          .until(
              () ->
                  Cluster.condition(Cluster.lpar("stranded"), "Ready")
                      .getMessage()
                      .contains("remove the finalizer"));
      Cluster.awaitCondition("stranded", "Ready", "Unknown", "AgentSilent");
      assertEquals(List.of(), Cluster.bladesOf(lpar));

      // Even without the Blade it stays: nobody has seen the guest end.
      Cluster.client().resource(Cluster.blade("dead")).delete();
      Cluster.awaitCondition("stranded", "Ready", "Unknown", "BladeLost");
      Cluster.client()
          .resource(Cluster.lpar("stranded"))
          .edit(
              stranded -> {
                stranded.getMetadata().setFinalizers(List.of());
                return stranded;
              });
      Cluster.awaitGone("stranded");
    }
  }
}
