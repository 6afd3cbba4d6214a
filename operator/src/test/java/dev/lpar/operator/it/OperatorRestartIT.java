package dev.lpar.operator.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The operator can end at any moment: what runs isn't touched. */
class OperatorRestartIT {

  private static String holder() {
    var lease =
        Cluster.client()
            .resources(Lease.class)
            .inNamespace(ApiServer.NAMESPACE)
            .withName("lpar-operator")
            .get();
    return lease == null || lease.getSpec().getHolderIdentity() == null
        ? ""
        : lease.getSpec().getHolderIdentity();
  }

  private static void awaitLead(String name) {
    await("lead of " + name).atMost(Cluster.PATIENCE).until(() -> holder().equals(name));
  }

  /** The reasons of the Events there are about the Lpar "steady". */
  private static List<String> events() {
    return Cluster.client()
        .resources(Event.class)
        .inNamespace(Cluster.NAMESPACE)
        .list()
        .getItems()
        .stream()
        .filter(event -> event.getRegarding().getName().equals("steady"))
        .map(Event::getReason)
        .sorted()
        .toList();
  }

  private static ScriptedAgent agent() {
    Cluster.addNode("steady-1", Map.of());
    return new ScriptedAgent("steady-1", ScriptedAgent.resources(4, "4Gi", Map.of()));
  }

  @Test
  void aRestartedOperatorChangesNothingThatRuns() {
    try (var killed = OperatorProcess.start("restart-1");
        var _ = agent()) {
      Cluster.awaitReady("steady-1");
      Cluster.create("steady", Cluster.shared(10, "1Gi"));
      var lpar = Cluster.awaitCondition("steady", "Ready", "True", "GuestRunning");
      var blade = Cluster.blade("steady-1");
      // Events follow the status they tell of: an operator killed in between never sends them.
      var events = List.of("GuestRunning", "Placed");
      await("Events").atMost(Cluster.PATIENCE).until(() -> events().equals(events));

      killed.kill();
      try (var second = OperatorProcess.start("restart-2")) {
        awaitLead("restart-2");
        // A later Lpar is through: so the earlier one has been looked at.
        Cluster.create("steady-proof", Cluster.shared(10, "1Gi"));
        Cluster.awaitCondition("steady-proof", "Ready", "True", "GuestRunning");
        assertEquals(
            lpar.getMetadata().getResourceVersion(),
            Cluster.lpar("steady").getMetadata().getResourceVersion());
        assertEquals(
            blade.getSpec().partitions().getFirst(),
            Cluster.blade("steady-1").getSpec().partitions().getFirst());
        assertEquals(events, events());
        assertTrue(second.get("/q/metrics").contains("operator_sdk_reconciliations"));
        long resident = second.residentMebibytes();
        System.out.println("resident memory of the operator: " + resident + " MiB");
        assertTrue(resident <= 256, "resident memory in MiB: " + resident);
      }
      assertEquals("", holder(), "the lead is given back on SIGTERM");

      // The next one takes over at once and finishes what is deleted meanwhile.
      Cluster.delete("steady");
      Cluster.delete("steady-proof");
      try (var _ = OperatorProcess.start("restart-3")) {
        awaitLead("restart-3");
        Cluster.awaitGone("steady");
        Cluster.awaitGone("steady-proof");
        Cluster.retire("steady-1");
      }
    }
  }
}
