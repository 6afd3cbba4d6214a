package dev.lpar.agent.host;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.devices;
import static dev.lpar.agent.plan.Intents.intent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lpar.agent.plan.BlockDeviceId;
import dev.lpar.agent.plan.CpuPlace;
import dev.lpar.agent.plan.GuestSlot;
import dev.lpar.agent.plan.PartitionRecord;
import dev.lpar.agent.plan.Stage;
import dev.lpar.agent.plan.Stage.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordJsonTest {
  private static final Instant THEN = Instant.parse("2026-01-01T10:00:00.5Z");

  static Stream<Stage> stages() {
    return Stream.of(
        new Stage.Starting(),
        new Stage.Launched(),
        new Stage.Answered(),
        new Stage.PoweringOff(THEN, THEN.plusSeconds(10)),
        new Stage.Off(),
        new Stage.Ended(Ending.GUEST_PANICKED, THEN, "the guest's kernel panicked"));
  }

  private static PartitionRecord record(Stage stage) {
    return new PartitionRecord(
        A,
        devices(intent(A), "hba=S1"),
        stage,
        "boot",
        THEN,
        List.of(new BlockDeviceId("8:1", "8:0")),
        Map.of(
            "hba",
            new GuestSlot(0, "blade-1-hba", null, null),
            "nic",
            new GuestSlot(3, "blade-1-nic", THEN, THEN.plusSeconds(30))),
        new CpuPlace(List.of(4, 6), 1),
        3,
        2);
  }

  @ParameterizedTest
  @MethodSource("stages")
  void readsWhatItWrote(Stage stage) throws IOException {
    assertEquals(record(stage), RecordJson.read(RecordJson.write(record(stage))));
  }

  @Test
  void readsARecordWithoutAnIntent() throws IOException {
    var found =
        new PartitionRecord(
            A, null, new Stage.Off(), "boot", THEN, List.of(), Map.of(), CpuPlace.ANYWHERE, 0, 0);
    assertEquals(found, RecordJson.read(RecordJson.write(found)));
  }

  @Test
  void passesOverFieldsOfANewerAgent() throws IOException {
    var text = new String(RecordJson.write(record(new Stage.Off())), StandardCharsets.UTF_8);
    var newer = text.replaceFirst("\\{", "{ \"fromTheFuture\": 1,");
    assertEquals(record(new Stage.Off()), RecordJson.read(newer.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void readsARecordOfAnAgentThatKnewNoDevices() throws IOException {
    var text = new String(RecordJson.write(record(new Stage.Off())), StandardCharsets.UTF_8);
    var older = text.replaceFirst("(?s)\"slots\" : \\{.*?\\n  },", "");
    assertEquals(
        record(new Stage.Off()).devices(),
        RecordJson.read(older.getBytes(StandardCharsets.UTF_8)).devices());
    assertEquals(Map.of(), RecordJson.read(older.getBytes(StandardCharsets.UTF_8)).slots());
  }

  @Test
  void refusesWhatIsNoRecord() {
    for (var text : List.of("", "{", "{}", "[]", "null", "{\"id\":\"x\"}")) {
      assertThrows(
          IOException.class, () -> RecordJson.read(text.getBytes(StandardCharsets.UTF_8)), text);
    }
  }
}
