package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.NAMESPACE;
import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lpar.api.v1alpha1.ExitTrace;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import dev.lpar.api.v1alpha1.TracePhase;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Exits in sequence, beside what the counter tells of the same exits. */
@ExtendWith(LabExtension.class)
class ExitTraceE2E {
  private static final String READER = "e2e-trace-reader";
  private static final String TRACES = "/var/lib/lpar/traces";
  private static final String WORK =
      "for i in $(seq 20); do /bin/true; cat /proc/cpuinfo; done >/dev/null; dmesg | tail -n 5";

  private static String token;

  @BeforeEach
  void allow() {
    Lab.CLIENT
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(READER)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "lpar-trace-reader")
                .addNewSubject("", "ServiceAccount", READER, NAMESPACE)
                .build())
        .serverSideApply();
    token = AgentEndpoint.token(READER);
  }

  @AfterEach
  void removeTraces() {
    Lab.CLIENT.resources(ExitTrace.class).inNamespace(NAMESPACE).delete();
    await("no traces on the blade", () -> onBlade("ls " + TRACES), String::isBlank);
  }

  private static void create(String name, String spec) {
    var yaml =
        """
        apiVersion: lpar.dev/v1alpha1
        kind: ExitTrace
        metadata: { namespace: %s, name: %s }
        spec: { %s }
        """
            .formatted(NAMESPACE, name, spec);
    Lab.CLIENT
        .resource(Lab.CLIENT.getKubernetesSerialization().unmarshal(yaml, ExitTrace.class))
        .create();
  }

  private static ExitTrace awaitPhase(String name, TracePhase phase) {
    var traces = Lab.CLIENT.resources(ExitTrace.class).inNamespace(NAMESPACE).withName(name);
    return await(
        name + ": " + phase,
        traces::get,
        trace -> trace.getStatus() != null && trace.getStatus().phase() == phase);
  }

  /** The body alone. */
  private static String fetch(String name, String format) {
    var path = "/traces/%s/%s?format=%s".formatted(NAMESPACE, name, format);
    var answer =
        await(
            "the records of " + name,
            () -> AgentEndpoint.get(path, token),
            text -> !text.isEmpty());
    assertTrue(answer.startsWith("HTTP/1.1 200 OK"), answer.lines().limit(20).toList()::toString);
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private record Csv(List<Map<String, String>> rows) {
    static Csv parse(String text) {
      var lines = text.lines().toList();
      var names = lines.getFirst().split(",", -1);
      return new Csv(
          lines.stream()
              .skip(1)
              .map(
                  line -> {
                    var row = new TreeMap<String, String>();
                    var values = line.split(",", -1);
                    for (int i = 0; i < names.length; i++) {
                      row.put(names[i], values[i]);
                    }
                    return (Map<String, String>) row;
                  })
              .toList());
    }

    Map<String, Long> counts() {
      var counts = new TreeMap<String, Long>();
      rows.forEach(row -> counts.merge(row.get("factor"), 1L, Long::sum));
      return counts;
    }

    double seconds() {
      return rows.stream()
              .map(row -> row.get("handled_ns"))
              .filter(nanos -> !nanos.isEmpty())
              .mapToLong(Long::parseLong)
              .sum()
          / 1e9;
    }
  }

  @Test
  void hasEachExitThatTheCounterCountsWithItsTime() {
    var partition =
        Partition.apply(
            smallGuest("traced", "", "")
                .replace(
                    "vcpus: 1, mode: Shared, serviceRatio: 10",
                    "vcpus: 2, mode: Shared, serviceRatio: 50"));
    partition.awaitConsole("LPAR-GUEST ready");
    partition.setPower(PowerState.PAUSED);
    partition.awaitPhase(Phase.PAUSED);
    var before = ExitMetrics.settled("traced");
    create("whole", "lpar: traced, durationSeconds: 60");
    awaitPhase("whole", TracePhase.TRACING);
    partition.setPower(PowerState.RUNNING);
    partition.awaitPhase(Phase.RUNNING);
    partition.inGuest(WORK);
    partition.setPower(PowerState.PAUSED);
    partition.awaitPhase(Phase.PAUSED);
    var after = ExitMetrics.settled("traced");
    var result = awaitPhase("whole", TracePhase.COMPLETE).getStatus().result();
    assertEquals(0, result.lost(), result::toString);

    var csv = Csv.parse(fetch("whole", "csv"));
    assertEquals(result.records(), csv.rows().size());
    var counted = after.countsSince(before);
    var traced = csv.counts();
    counted.forEach(
        (factor, count) ->
            // A vCPU that stands still has left its guest for an exit that ends when it goes on.
            assertEquals(
                count,
                Optional.ofNullable(traced.get(factor)).orElse(0L),
                2,
                () -> factor + traced));
    assertTrue(csv.rows().size() > 1000, traced::toString);
    double seconds = after.secondsSince(before);
    assertEquals(seconds, csv.seconds(), 0.02 * seconds);
    assertNotNull(result.factors());
    assertNotNull(result.instructions());
    csv.rows().forEach(row -> assertTrue(row.get("address").matches("0x[0-9a-f]+"), row::toString));
    long own = Agent.ownKibibytes();
    assertTrue(own < 60 * 1024, () -> "the agent has " + own + " KiB");
  }

  @Test
  void beginsWithTheGuestKeepsWhatIsAskedForAndEndsWithItsLimit() throws Exception {
    create(
        "boot",
        "lpar: booted, durationSeconds: 300, maxRecords: 400, filter: { factors: [CPUID] }");
    var waits = awaitPhase("boot", TracePhase.PENDING);
    assertEquals("LparNotPlaced", waits.getStatus().conditions().getFirst().getReason());
    var partition = Partition.apply(smallGuest("booted", "", ""));
    var ended = awaitPhase("boot", TracePhase.COMPLETE).getStatus();
    assertEquals("RecordLimit", ended.conditions().getFirst().getReason());
    assertEquals(400, ended.result().records());

    var events = new ObjectMapper().readTree(fetch("boot", "perfetto")).get("traceEvents");
    assertEquals(400 + 1, events.size(), "exits, and the name of the vCPU");
    for (int i = 0; i < 400; i++) {
      assertEquals("CPUID", events.get(i).get("name").asText());
    }
    assertEquals(401, fetch("boot", "text").lines().count());

    var path = "/traces/" + NAMESPACE + "/boot";
    var stranger = AgentEndpoint.get(path, AgentEndpoint.token("e2e-stranger"));
    assertTrue(stranger.contains("HTTP/1.1 403 "), stranger);
    assertTrue(stranger.contains("get exittraces/records.lpar.dev \"boot\""), stranger);
    partition.awaitConsole("LPAR-GUEST ready");
  }

  @Test
  void endsWithTheAgentAndKeepsWhatWasWritten() {
    var partition = Partition.apply(smallGuest("orphaned", "lpar.tick=1", ""));
    partition.awaitConsole("LPAR-GUEST ready");
    create("cut-off", "lpar: orphaned, durationSeconds: 300");
    awaitPhase("cut-off", TracePhase.TRACING);
    await(
        "records",
        () -> onBlade("stat -c %s " + TRACES + "/*/records").strip(),
        size -> Long.parseLong(size) > 4800);
    Agent.kill();
    var ended = awaitPhase("cut-off", TracePhase.COMPLETE).getStatus();
    assertEquals("AgentEnded", ended.conditions().getFirst().getReason());
    assertEquals(ended.result().records(), Csv.parse(fetch("cut-off", "csv")).rows().size());
    // Nor do its programs outlive it: the counter's alone are attached.
    assertEquals(
        onBlade("ls /sys/fs/bpf/lpar/exits-*/ | grep -c -e -").strip(),
        onBlade("ls -l /proc/$(" + Agent.PID + ")/fd 2>/dev/null | grep -c bpf-link || true")
            .strip());
  }
}
