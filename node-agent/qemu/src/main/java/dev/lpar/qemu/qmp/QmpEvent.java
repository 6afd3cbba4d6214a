package dev.lpar.qemu.qmp;

import com.fasterxml.jackson.databind.JsonNode;

/** What QEMU tells unasked (qapi/run-state.json). */
public sealed interface QmpEvent {
  /** The guest ended, or was ended. */
  record Shutdown(boolean byGuest, String reason) implements QmpEvent {}

  /** The guest's kernel panicked. */
  record GuestPanicked(String action) implements QmpEvent {}

  /** The power button was pressed. */
  record PowerDown() implements QmpEvent {}

  record Reset(boolean byGuest) implements QmpEvent {}

  /** vCPUs stand still. */
  record Stop() implements QmpEvent {}

  record Resume() implements QmpEvent {}

  /** Anything else, by QEMU's name. */
  record Other(String name) implements QmpEvent {}

  static QmpEvent of(JsonNode message) {
    var name = message.path("event").asText();
    var data = message.path("data");
    return switch (name) {
      case "SHUTDOWN" -> new Shutdown(data.path("guest").asBoolean(), data.path("reason").asText());
      case "GUEST_PANICKED" -> new GuestPanicked(data.path("action").asText());
      case "POWERDOWN" -> new PowerDown();
      case "RESET" -> new Reset(data.path("guest").asBoolean());
      case "STOP" -> new Stop();
      case "RESUME" -> new Resume();
      default -> new Other(name);
    };
  }
}
