package dev.lpar.operator.observe;

import dev.lpar.operator.plan.StatusCondition;
import dev.lpar.operator.plan.StatusCondition.Truth;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions as the API has them, and as the plan reasons about them. */
public final class Conditions {
  private Conditions() {}

  public static List<StatusCondition> read(@Nullable List<Condition> conditions) {
    return conditions == null ? List.of() : conditions.stream().map(Conditions::read).toList();
  }

  private static StatusCondition read(Condition condition) {
    var generation = condition.getObservedGeneration();
    return new StatusCondition(
        condition.getType(),
        Truth.parse(condition.getStatus()),
        condition.getReason(),
        condition.getMessage(),
        generation == null ? 0 : generation,
        Instant.parse(condition.getLastTransitionTime()));
  }

  public static List<Condition> write(List<StatusCondition> conditions) {
    return conditions.stream()
        .map(
            condition ->
                new ConditionBuilder()
                    .withType(condition.type())
                    .withStatus(condition.truth().word())
                    .withReason(condition.reason())
                    .withMessage(condition.message())
                    .withObservedGeneration(condition.generation())
                    .withLastTransitionTime(
                        condition.since().truncatedTo(ChronoUnit.SECONDS).toString())
                    .build())
        .toList();
  }
}
