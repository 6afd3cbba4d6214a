package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeTraceStatus;
import dev.lpar.api.v1alpha1.TracePhase;
import dev.lpar.api.v1alpha1.TraceResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a trace.
 *
 * @param generation of its spec
 * @param lpar name of the Lpar, in the trace's namespace
 * @param blade that has been told of the trace; null when none has
 * @param silence the blade's words when its agent is silent; null when it isn't
 * @param report what the blade says of it; null when it says nothing
 * @param former what its status said before
 */
public record TraceFacts(
    long generation,
    String namespace,
    String lpar,
    @Nullable String blade,
    @Nullable String silence,
    @Nullable BladeTraceStatus report,
    Former former) {

  /** An ExitTrace's status as it was. */
  public record Former(
      @Nullable TracePhase phase,
      @Nullable String blade,
      @Nullable TraceResult result,
      List<StatusCondition> conditions) {
    boolean ended() {
      return phase == TracePhase.COMPLETE || phase == TracePhase.FAILED;
    }
  }
}
