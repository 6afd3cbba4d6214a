package dev.lpar.agent.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lpar.api.v1alpha1.BladeStatus;
import dev.lpar.api.v1alpha1.BladeStatusBuilder;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a status to be told differs from the one in the cluster. Values to values. */
enum StatusChange {
  NONE,
  /** Only counters moved: worth a write now and then. */
  COUNTERS,
  /** Worth a write at once. */
  SIGNIFICANT;

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param read the status in the cluster, whoever wrote it last
   */
  static StatusChange between(@Nullable BladeStatus read, BladeStatus told) {
    if (read == null) {
      return SIGNIFICANT;
    }
    var before = json(read);
    var after = json(told);
    without(before, "conditions", "lastTransitionTime");
    without(after, "conditions", "lastTransitionTime");
    if (before.equals(after)) {
      return NONE;
    }
    withoutCounters(before);
    withoutCounters(after);
    return before.equals(after) ? COUNTERS : SIGNIFICANT;
  }

  private static void withoutCounters(JsonNode status) {
    without(status, "partitions", "exits");
    status
        .path("partitions")
        .forEach(
            partition -> {
              if (partition.path("cpu") instanceof ObjectNode cpu) {
                cpu.remove("usage");
              }
            });
  }

  /** As the API server has it: absent, null and empty are one. */
  private static JsonNode json(BladeStatus status) {
    return JSON.valueToTree(status);
  }

  private static void without(JsonNode status, String list, String field) {
    status.path(list).forEach(element -> ((ObjectNode) element).remove(field));
  }

  /** The status with its conditions' times: that of the cluster where the condition stays. */
  static BladeStatus timed(@Nullable BladeStatus read, BladeStatus told, Instant now) {
    var conditions =
        conditions(told).stream()
            .map(
                condition ->
                    new ConditionBuilder(condition)
                        .withLastTransitionTime(since(read, condition, now))
                        .build())
            .toList();
    return BladeStatusBuilder.builder(told).conditions(conditions).build();
  }

  private static String since(@Nullable BladeStatus read, Condition condition, Instant now) {
    if (read != null) {
      for (var before : conditions(read)) {
        if (before.getType().equals(condition.getType())
            && Objects.equals(before.getStatus(), condition.getStatus())
            && before.getLastTransitionTime() != null) {
          return before.getLastTransitionTime();
        }
      }
    }
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static List<Condition> conditions(BladeStatus status) {
    return status.conditions() == null ? List.of() : status.conditions();
  }
}
