package dev.lpar.agent.host;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lpar.agent.plan.BlockDeviceId;
import dev.lpar.agent.plan.CpuPlace;
import dev.lpar.agent.plan.GuestSlot;
import dev.lpar.agent.plan.PartitionRecord;
import dev.lpar.agent.plan.Stage;
import dev.lpar.agent.plan.Stage.Ending;
import dev.lpar.api.v1alpha1.Partition;
import dev.lpar.api.v1alpha1.PartitionIntents;
import dev.lpar.model.LparId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code state.json}. The intent has the form it has in {@code Blade.spec}. Fields a
 * newer agent may add are passed over, so that going back to an older agent works.
 */
final class RecordJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private RecordJson() {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record RecordFile(
      String id,
      @Nullable Partition activated,
      StageFile stage,
      String bootId,
      String activatedAt,
      List<BlockDeviceId> devices,
      @Nullable Map<String, SlotFile> slots,
      @Nullable CpuPlace place,
      int restarts,
      int failures) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record SlotFile(
      int port, String passthroughDevice, @Nullable String leavingSince, @Nullable String askedAt) {
    SlotFile(GuestSlot slot) {
      this(slot.port(), slot.passthroughDevice(), text(slot.leavingSince()), text(slot.askedAt()));
    }

    private static @Nullable String text(@Nullable Instant instant) {
      return instant == null ? null : instant.toString();
    }

    GuestSlot slot() {
      return new GuestSlot(port, passthroughDevice, time(leavingSince), time(askedAt));
    }

    private static @Nullable Instant time(@Nullable String text) {
      return text == null ? null : Instant.parse(text);
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record StageFile(
      String name,
      @Nullable String at,
      @Nullable String pressedAt,
      @Nullable Ending ending,
      @Nullable String message) {
    StageFile(String name) {
      this(name, null, null, null, null);
    }
  }

  static byte[] write(PartitionRecord record) {
    var activated = record.activated();
    var file =
        new RecordFile(
            record.id().text(),
            activated == null ? null : PartitionIntents.toPartition(activated),
            stage(record.stage()),
            record.bootId(),
            record.activatedAt().toString(),
            record.devices(),
            slotFiles(record.slots()),
            record.place(),
            record.restarts(),
            record.failures());
    try {
      return JSON.writeValueAsBytes(file);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("record of " + record.id() + " has no JSON form", e);
    }
  }

  /**
   * @throws IOException when the text isn't a record's
   */
  static PartitionRecord read(byte[] text) throws IOException {
    try {
      var file = JSON.readValue(text, RecordFile.class);
      return new PartitionRecord(
          new LparId(file.id()),
          file.activated() == null ? null : PartitionIntents.of(file.activated()),
          stage(file.stage()),
          file.bootId(),
          Instant.parse(file.activatedAt()),
          file.devices(),
          slots(file.slots()),
          file.place() == null ? CpuPlace.ANYWHERE : file.place(),
          file.restarts(),
          file.failures());
    } catch (RuntimeException e) {
      throw new IOException("not a partition's record: " + e.getMessage(), e);
    }
  }

  private static Map<String, SlotFile> slotFiles(Map<String, GuestSlot> slots) {
    var files = new TreeMap<String, SlotFile>();
    slots.forEach((name, slot) -> files.put(name, new SlotFile(slot)));
    return files;
  }

  /** An older agent's record has none. */
  private static Map<String, GuestSlot> slots(@Nullable Map<String, SlotFile> files) {
    var slots = new TreeMap<String, GuestSlot>();
    if (files != null) {
      files.forEach((name, file) -> slots.put(name, file.slot()));
    }
    return slots;
  }

  private static StageFile stage(Stage stage) {
    return switch (stage) {
      case Stage.Starting() -> new StageFile("Starting");
      case Stage.Launched() -> new StageFile("Launched");
      case Stage.Answered() -> new StageFile("Answered");
      case Stage.PoweringOff(var asked, var pressed) ->
          new StageFile("PoweringOff", asked.toString(), pressed.toString(), null, null);
      case Stage.Off() -> new StageFile("Off");
      case Stage.Ended(var how, var at, var message) ->
          new StageFile("Ended", at.toString(), null, how, message);
    };
  }

  private static Stage stage(StageFile file) {
    return switch (file.name()) {
      case "Starting" -> new Stage.Starting();
      case "Launched" -> new Stage.Launched();
      case "Answered" -> new Stage.Answered();
      case "PoweringOff" -> new Stage.PoweringOff(instant(file.at()), instant(file.pressedAt()));
      case "Off" -> new Stage.Off();
      case "Ended" ->
          new Stage.Ended(
              Objects.requireNonNull(file.ending(), "stage Ended without its ending"),
              instant(file.at()),
              Objects.requireNonNullElse(file.message(), ""));
      default -> throw new IllegalArgumentException("unknown stage " + file.name());
    };
  }

  private static Instant instant(@Nullable String text) {
    return Instant.parse(Objects.requireNonNull(text, "stage without its time"));
  }
}
