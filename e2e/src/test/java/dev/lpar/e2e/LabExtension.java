package dev.lpar.e2e;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Ends the run at its first failure, whose traces are then still to be seen on the lab. All tests
 * share one lab: what follows a failure would say little and wait long.
 */
public final class LabExtension
    implements ExecutionCondition,
        BeforeEachCallback,
        AfterEachCallback,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {
  private static volatile String failed = "";

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return failed.isEmpty()
        ? ConditionEvaluationResult.enabled("nothing has failed")
        : ConditionEvaluationResult.disabled("not run after the failure of " + failed);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Partition.startTest();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isEmpty()) {
      Partition.deleteAll();
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw remember(context, failure);
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw remember(context, failure);
  }

  private static Throwable remember(ExtensionContext context, Throwable failure) {
    failed = context.getRequiredTestClass().getSimpleName() + ": " + context.getDisplayName();
    return failure;
  }
}
