package dev.lpar.operator.plan;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A condition of a resource's status.
 *
 * @param reason one word, from an enum
 * @param generation of the spec that it is about
 * @param since when the truth last changed
 */
public record StatusCondition(
    String type, Truth truth, String reason, String message, long generation, Instant since) {

  /** The status of a condition. */
  public enum Truth {
    TRUE,
    FALSE,
    UNKNOWN;

    /** As the API writes it. */
    public String word() {
      return Reason.word(name());
    }

    public static Truth parse(String word) {
      return switch (word) {
        case "True" -> TRUE;
        case "False" -> FALSE;
        default -> UNKNOWN;
      };
    }
  }

  /** The same condition, dated as the one before it unless its truth has changed. */
  StatusCondition datedAfter(List<StatusCondition> before) {
    return named(type, before)
        .filter(old -> old.truth == truth)
        .map(old -> new StatusCondition(type, truth, reason, message, generation, old.since))
        .orElse(this);
  }

  public static Optional<StatusCondition> named(String type, List<StatusCondition> conditions) {
    return conditions.stream().filter(condition -> condition.type.equals(type)).findFirst();
  }
}
