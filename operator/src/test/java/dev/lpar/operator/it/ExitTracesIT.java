package dev.lpar.operator.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.BladeTrace;
import dev.lpar.api.v1alpha1.BladeTraceStatus;
import dev.lpar.api.v1alpha1.ExitTrace;
import dev.lpar.api.v1alpha1.TracePhase;
import dev.lpar.api.v1alpha1.TraceReason;
import dev.lpar.api.v1alpha1.TraceResult;
import dev.lpar.operator.observe.ExitTraces;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A trace finds its blade, is told of, and goes with its object; without a guest. */
class ExitTracesIT {
  private static final String BLADE = "traced";

  private OperatorProcess operator;
  private ScriptedAgent agent;

  @BeforeEach
  void start() {
    operator = OperatorProcess.start("exit-traces");
    Cluster.addNode(BLADE, Map.of("only", BLADE));
    agent = new ScriptedAgent(BLADE, ScriptedAgent.resources(4, "8Gi", Map.of()));
    Cluster.awaitReady(BLADE);
  }

  @AfterEach
  void stop() {
    Cluster.client().resources(ExitTrace.class).inNamespace(Cluster.NAMESPACE).delete();
    Cluster.delete("traced");
    Cluster.awaitGone("traced");
    Cluster.retire(BLADE);
    agent.close();
    operator.close();
  }

  private static void createLpar() {
    Cluster.create(
        "traced",
        Cluster.shared(10, "1Gi")
            + "placement: { bladeSelector: { matchLabels: { only: traced } } }\n");
  }

  private static void create(String name, String spec) {
    var yaml =
        """
        apiVersion: lpar.dev/v1alpha1
        kind: ExitTrace
        metadata: { namespace: %s, name: %s }
        spec: { lpar: traced%s }
        """
            .formatted(Cluster.NAMESPACE, name, spec);
    Cluster.client()
        .resource(Cluster.client().getKubernetesSerialization().unmarshal(yaml, ExitTrace.class))
        .create();
  }

  private static ExitTrace find(String name) {
    return Cluster.client()
        .resources(ExitTrace.class)
        .inNamespace(Cluster.NAMESPACE)
        .withName(name)
        .get();
  }

  private static ExitTrace awaitPhase(String name, TracePhase phase) {
    await(name + " is " + phase)
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                find(name) != null
                    && find(name).getStatus() != null
                    && find(name).getStatus().phase() == phase);
    return find(name);
  }

  private static List<BladeTrace> told() {
    return ExitTraces.told(Cluster.blade(BLADE));
  }

  private static BladeTraceStatus done(BladeTrace trace) {
    return new BladeTraceStatus(
        trace.id(),
        TracePhase.COMPLETE,
        TraceReason.TIME_UP,
        null,
        new TraceResult(
            "2026-01-01T00:00:00Z", "2026-01-01T00:00:10Z", 700L, 2L, 33_600L, null, null));
  }

  @Test
  void waitsForItsLparIsTakenAndGoesWithItsObject() {
    create("boot", ", durationSeconds: 3, filter: { groups: [MMU], minMicros: 5 }");
    var waits = awaitPhase("boot", TracePhase.PENDING);
    assertEquals("LparNotPlaced", waits.getStatus().conditions().getFirst().getReason());

    createLpar();
    awaitPhase("boot", TracePhase.TRACING);
    var order = told().getFirst();
    assertEquals(Cluster.lpar("traced").getMetadata().getUid(), order.partition());
    assertEquals(List.of(3, 500_000), List.of(order.durationSeconds(), order.maxRecords()));
    assertEquals(List.of("MMU"), order.filter().groups());

    agent.trace(ExitTracesIT::done);
    var status = awaitPhase("boot", TracePhase.COMPLETE).getStatus();
    assertEquals(BLADE, status.blade());
    assertEquals(700, status.result().records());
    assertEquals(2, status.result().lost());
    assertEquals("True", status.conditions().getFirst().getStatus());

    Cluster.delete("traced");
    Cluster.awaitGone("traced");
    assertEquals(1, told().size(), "the records outlive the partition");
    Cluster.client().resource(find("boot")).delete();
    await("the end of the trace").atMost(Cluster.PATIENCE).until(() -> find("boot") == null);
    assertEquals(List.of(), told());
  }

  @Test
  void ofManyAtOnceNoneIsLost() {
    createLpar();
    var names = IntStream.range(0, 12).mapToObj(i -> "many-" + i).toList();
    names.forEach(name -> create(name, ""));
    names.forEach(name -> awaitPhase(name, TracePhase.TRACING));
    assertEquals(12, told().size());
    names.subList(0, 6).forEach(name -> Cluster.client().resource(find(name)).delete());
    await("the end of six").atMost(Cluster.PATIENCE).until(() -> told().size() == 6);
    assertTrue(told().stream().map(BladeTrace::name).toList().containsAll(names.subList(6, 12)));
  }

  @Test
  void oneTooManyIsToldSoAndComesLater() {
    createLpar();
    IntStream.range(0, 64).forEach(i -> create("full-" + i, ""));
    await("64 told").atMost(Cluster.PATIENCE).until(() -> told().size() == 64);
    create("late", "");
    var condition = awaitPhase("late", TracePhase.PENDING).getStatus().conditions().getFirst();
    assertEquals("NoRoom", condition.getReason());
    assertEquals(
        "traced has 64 traces, the most that a blade keeps: delete an ExitTrace",
        condition.getMessage());
    Cluster.client().resource(find("full-0")).delete();
    awaitPhase("late", TracePhase.TRACING);
  }

  @Test
  void oneThatIsDeletedAtOnceLeavesNothing() {
    createLpar();
    for (int i = 0; i < 10; i++) {
      create("brief", "");
      Cluster.client().resource(find("brief")).delete();
      await("the end of it").atMost(Cluster.PATIENCE).until(() -> find("brief") == null);
      assertEquals(List.of(), told());
    }
  }

  @Test
  void theRestOfTheBladesSpecIsLeftAlone() {
    createLpar();
    create("alone", "");
    awaitPhase("alone", TracePhase.TRACING);
    assertEquals(1, Cluster.blade(BLADE).getSpec().partitions().size());
    Cluster.client().resource(find("alone")).delete();
    await("the end of the trace").atMost(Cluster.PATIENCE).until(() -> told().isEmpty());
    assertEquals(1, Cluster.blade(BLADE).getSpec().partitions().size());
  }
}
