package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.TraceStep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to do next about traces of VM exits, and what to tell of them. */
public record TracePlan(List<TraceStep> steps, List<Report> reports) {
  public static final TracePlan NOTHING = new TracePlan(List.of(), List.of());

  public TracePlan {
    steps = List.copyOf(steps);
    reports = List.copyOf(reports);
  }

  /** In which phase a trace is. */
  public enum Phase {
    PENDING,
    TRACING,
    COMPLETE,
    FAILED
  }

  /**
   * What is to be told of one trace.
   *
   * @param message null where the reason says it all
   * @param observed null before it has begun
   */
  public record Report(
      TraceId id,
      Phase phase,
      TraceReason reason,
      @Nullable String message,
      @Nullable ObservedTrace observed) {}
}
