package dev.lpar.agent.host;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.intent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.CpuPlace;
import dev.lpar.agent.plan.PartitionRecord;
import dev.lpar.agent.plan.Stage;
import dev.lpar.model.LparId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskPartitionFilesTest {
  @TempDir Path root;
  private Path durable;
  private Path run;
  private DiskPartitionFiles files;

  @BeforeEach
  void setUp() {
    durable = root.resolve("partitions");
    run = root.resolve("run");
    files = new DiskPartitionFiles(durable, run);
  }

  private static PartitionRecord record(LparId id) {
    return new PartitionRecord(
        id,
        intent(id),
        new Stage.Launched(),
        "boot",
        Instant.EPOCH,
        List.of(),
        Map.of(),
        CpuPlace.ANYWHERE,
        0,
        0);
  }

  private Path console(LparId id) throws IOException {
    return Files.createDirectories(run.resolve(id.text())).resolve("console.log");
  }

  @Test
  void aBladeThatNeverHadAPartitionHasNoTraces() {
    assertEquals(Map.of(), files.traces());
  }

  @Test
  void findsRecordsAndRunDirectories() throws IOException {
    files.save(record(A));
    console(B);
    Files.createDirectories(run.resolve("not-a-partition"));
    var traces = files.traces();
    assertEquals(Set.of(A, B), traces.keySet());
    assertEquals(record(A), traces.get(A).record());
    assertNull(traces.get(B).record());
    assertTrue(traces.get(B).runDirectory());
  }

  @Test
  void aRecordThatCannotBeReadIsNone() throws IOException {
    files.save(record(A));
    Files.writeString(durable.resolve(A.text()).resolve("state.json"), "{ torn");
    assertNull(files.traces().get(A).record());
  }

  @Test
  void aWriteCutOffLeavesTheOldRecord() throws IOException {
    files.save(record(A));
    Files.writeString(durable.resolve(A.text()).resolve("state.json.part"), "{ torn");
    assertEquals(record(A), files.traces().get(A).record());
    files.save(record(A));
    assertFalse(Files.exists(durable.resolve(A.text()).resolve("state.json.part")));
  }

  @Test
  void keepsTheConsoleOfAnEndedGuestBesideItsRecord() throws IOException {
    Files.writeString(console(A), "Kernel panic - not syncing");
    files.clearRunDirectory(A);
    files.clearRunDirectory(A);
    assertFalse(Files.exists(run.resolve(A.text())));
    assertEquals(
        "Kernel panic - not syncing",
        Files.readString(durable.resolve(A.text()).resolve("console.log")));
  }

  @Test
  void aFullConsoleIsStartedAnewInPlaceAndItsEndKept() throws IOException {
    var log = console(A);
    try (var qemu =
        Files.newOutputStream(log, StandardOpenOption.APPEND, StandardOpenOption.CREATE)) {
      qemu.write("x".repeat(2 << 20).getBytes(StandardCharsets.UTF_8));
      qemu.write("end of the first".getBytes(StandardCharsets.UTF_8));
      assertTrue(files.traces().get(A).consoleFull());
      files.rotateConsole(A);
      assertFalse(files.traces().get(A).consoleFull());
      qemu.write("second".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals("second", Files.readString(log));
    var older = Files.readString(log.resolveSibling("console.log.1"));
    assertEquals(1 << 20, older.length());
    assertTrue(older.endsWith("xend of the first"));
  }

  @Test
  void noSymbolicLinkOfAGuestsMakingIsFollowed() throws IOException {
    var secret = Files.writeString(root.resolve("secret"), "s".repeat(2 << 20));
    Files.createSymbolicLink(console(A), secret);
    assertFalse(files.traces().get(A).consoleFull());
    files.rotateConsole(A);
    files.clearRunDirectory(A);
    assertEquals(2 << 20, Files.size(secret));
    assertFalse(Files.exists(durable.resolve(A.text()).resolve("console.log")));
  }

  @Test
  void removesEverythingOfAPartitionAndNothingElse() throws IOException {
    files.save(record(A));
    files.save(record(B));
    Files.writeString(durable.resolve(A.text()).resolve("vars.fd"), "variables");
    console(A);
    files.remove(A);
    files.remove(A);
    assertEquals(Set.of(B), files.traces().keySet());
    assertFalse(Files.exists(durable.resolve(A.text())));
  }
}
