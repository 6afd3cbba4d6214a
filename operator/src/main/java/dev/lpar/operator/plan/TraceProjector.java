package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeTraceStatus;
import dev.lpar.api.v1alpha1.TracePhase;
import dev.lpar.api.v1alpha1.TraceReason;
import dev.lpar.api.v1alpha1.TraceResult;
import dev.lpar.operator.plan.StatusCondition.Truth;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is known of a trace: what its status is to say. */
public final class TraceProjector {
  /** The condition's type. */
  public static final String COMPLETE = "Complete";

  private final TraceFacts facts;
  private final Instant now;

  private TraceProjector(TraceFacts facts, Instant now) {
    this.facts = facts;
    this.now = now;
  }

  public static TraceProjection project(TraceFacts facts, Instant now) {
    return new TraceProjector(facts, now).project();
  }

  private TraceProjection project() {
    var blade = facts.blade();
    var report = facts.report();
    if (blade == null) {
      return facts.former().ended() ? gone() : notPlaced();
    }
    if (report == null) {
      return told(blade);
    }
    return projection(
        report.phase(),
        blade,
        report.result(),
        report.reason(),
        report.message() == null ? words(report) : report.message());
  }

  /** It has ended, and its blade knows nothing of it any more. */
  private TraceProjection gone() {
    var former = facts.former();
    return projection(
        Objects.requireNonNull(former.phase()),
        former.blade(),
        former.result(),
        TraceReason.BLADE_GONE,
        "the records went with the blade %s; what this status has of them is kept"
            .formatted(former.blade()));
  }

  private TraceProjection notPlaced() {
    return projection(
        TracePhase.PENDING,
        null,
        null,
        TraceReason.LPAR_NOT_PLACED,
        "spec.lpar: no blade has the partition %s/%s: is there such an Lpar, and does it have a blade (kubectl -n %s get lpars)?"
            .formatted(facts.namespace(), facts.lpar(), facts.namespace()));
  }

  private TraceProjection told(String blade) {
    var silence = facts.silence();
    return projection(
        TracePhase.PENDING,
        blade,
        null,
        TraceReason.BLADE_TOLD,
        silence == null
            ? "%s has been told of it".formatted(blade)
            : "%s has been told of it: %s".formatted(blade, silence));
  }

  private static String words(BladeTraceStatus report) {
    var result = report.result();
    long records = result == null || result.records() == null ? 0 : result.records();
    return switch (report.reason()) {
      case GUEST_NOT_RUNNING -> "the guest doesn't run; the trace begins when it does";
      case ANOTHER_TRACE_RUNS -> "one trace at a time is taken on a blade; it waits for its turn";
      case NO_ROOM -> "the blade has no room for its records: delete an ExitTrace";
      case EXITS_NOT_COUNTED -> "exits aren't counted in the blade's kernel";
      case RECORDING -> "exits are being recorded";
      case TIME_UP -> "recorded %d exits in the time asked for".formatted(records);
      case RECORD_LIMIT -> "recorded %d exits, as many as asked for".formatted(records);
      case GUEST_ENDED -> "recorded %d exits until the guest ended".formatted(records);
      case AGENT_ENDED -> "recorded %d exits until the blade's agent ended".formatted(records);
      case DISK_LOW ->
          "recorded %d exits until the blade's file system had too little room".formatted(records);
      case UNKNOWN_FACTOR -> "spec.filter.factors has a name that no factor has";
      case TRACER_REFUSED -> "the blade's kernel refused the tracer";
      case LPAR_NOT_PLACED, BLADE_TOLD, BLADE_GONE ->
          throw new IllegalArgumentException("a blade doesn't say " + report.reason());
    };
  }

  private TraceProjection projection(
      TracePhase phase,
      @Nullable String blade,
      @Nullable TraceResult result,
      TraceReason reason,
      String message) {
    var complete =
        new StatusCondition(
                COMPLETE,
                phase == TracePhase.COMPLETE ? Truth.TRUE : Truth.FALSE,
                Reason.word(reason.name()),
                message,
                facts.generation(),
                now)
            .datedAfter(facts.former().conditions());
    return new TraceProjection(phase, blade, result, complete);
  }
}
