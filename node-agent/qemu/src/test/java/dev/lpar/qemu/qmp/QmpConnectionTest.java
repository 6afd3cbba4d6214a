package dev.lpar.qemu.qmp;

import static dev.lpar.qemu.qmp.ScriptedQemu.GREETING;
import static dev.lpar.qemu.qmp.ScriptedQemu.HANG_UP;
import static dev.lpar.qemu.qmp.ScriptedQemu.READY;
import static dev.lpar.qemu.qmp.ScriptedQemu.SILENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class QmpConnectionTest {
  /** For a peer that never answers: how long these tests wait for that. */
  private static final Duration LIMIT = Duration.ofMillis(500);

  /** For a peer that answers, however busy this machine is. */
  private static final Duration AMPLE = Duration.ofMinutes(1);

  @TempDir Path folder;

  private Path socket() {
    return folder.resolve("qmp");
  }

  @Test
  void answersAreTypedAndEventsHeardOnTheWay() throws Exception {
    var lines =
        List.of(
            GREETING,
            READY,
            """
            {"event":"STOP","timestamp":{}}
            {"event":"GUEST_PANICKED","data":{"action":"pause"}}
            {"return":{"status":"guest-panicked","running":false},"id":2}
            """,
            """
            {"return":[{"qom-path":"/0","provider":"kvm","stats":[{"name":"exits","value":30},{"name":"halt_exits","value":5}]},\
            {"qom-path":"/1","provider":"kvm","stats":[{"name":"exits","value":12},{"name":"halt_poll","value":[1]}]}],"id":3}
            """,
            """
            {"return":[{"cpu-index":1,"thread-id":102},{"cpu-index":0,"thread-id":101}],"id":4}
            """,
            """
            {"return":[{"cpu-index":0}],"id":5}
            """);
    var events = new ArrayList<QmpEvent>();
    try (var _ = new ScriptedQemu(socket(), lines);
        var qmp = QmpConnection.connect(socket(), AMPLE, events::add)) {
      assertEquals(RunState.GUEST_PANICKED, qmp.status());
      assertEquals(List.of(new QmpEvent.Stop(), new QmpEvent.GuestPanicked("pause")), events);
      assertEquals(
          Map.of("exits", 42L, "halt_exits", 5L),
          qmp.vcpuStatistics(List.of("exits", "halt_exits", "halt_poll")));
      assertEquals(List.of(101L, 102L), qmp.vcpuThreads());
      var silence = assertThrows(QmpException.class, qmp::vcpuThreads);
      assertTrue(silence.getMessage().contains("the thread of a vCPU"), silence.getMessage());
    }
  }

  static Stream<Arguments> brokenPeers() {
    return Stream.of(
        Arguments.of("no greeting", List.of(SILENCE), "doesn't answer within 500 ms"),
        Arguments.of("hangs up at once", List.of(HANG_UP), "closed the connection"),
        Arguments.of("half a greeting", List.of("{\"QMP\":"), "doesn't answer within"),
        Arguments.of("another protocol", List.of("SSH-2.0\n"), "wrote no JSON: SSH-2.0"),
        Arguments.of("not an object", List.of("[1]\n"), "wrote no JSON object"),
        Arguments.of("greets with an answer", List.of(READY), "doesn't greet"),
        Arguments.of("endless line", List.of("x".repeat((4 << 20) + 1)), "a line longer than"),
        Arguments.of("hangs later", List.of(GREETING, READY, SILENCE), "doesn't answer within"),
        Arguments.of("half an answer", List.of(GREETING, READY, "{\"ret"), "doesn't answer"),
        Arguments.of("dies later", List.of(GREETING, READY, HANG_UP), "closed the connection"),
        Arguments.of(
            "answers another's question",
            List.of(GREETING, READY, "{\"return\":{},\"id\":7}\n"),
            "doesn't answer within"),
        Arguments.of(
            "refuses",
            List.of(
                GREETING,
                READY,
                "{\"error\":{\"class\":\"GenericError\",\"desc\":\"not now\"},\"id\":2}\n"),
            "QEMU refused query-status: not now"),
        Arguments.of(
            "a state of the future",
            List.of(GREETING, READY, "{\"return\":{\"status\":\"levitating\"},\"id\":2}\n"),
            "unknown here: levitating"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenPeers")
  void aBrokenPeerIsAnErrorAndNeverAHang(String name, List<String> lines, String message)
      throws Exception {
    var limit = message.startsWith("doesn't answer") ? LIMIT : AMPLE;
    try (var _ = new ScriptedQemu(socket(), lines)) {
      var error =
          assertThrows(
              QmpException.class,
              () -> {
                try (var qmp = QmpConnection.connect(socket(), limit)) {
                  qmp.status();
                }
              });
      assertTrue(error.getMessage().contains(message), error.getMessage());
    }
  }

  @Test
  void aMissingSocketIsNamed() {
    var error = assertThrows(QmpException.class, () -> QmpConnection.connect(socket(), LIMIT));
    assertTrue(error.getMessage().contains(socket().toString()), error.getMessage());
  }
}
