package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.ExitTrace;
import dev.lpar.api.v1alpha1.ExitTraceStatus;
import dev.lpar.operator.observe.Conditions;
import dev.lpar.operator.plan.TraceProjection;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import jakarta.inject.Singleton;
import java.util.List;

/** Writes the status of an ExitTrace when it differs from the one there is. */
@Singleton
public class TraceStatuses {

  public void write(ExitTrace trace, TraceProjection projection, Context<ExitTrace> context) {
    var status =
        new ExitTraceStatus(
            trace.getMetadata().getGeneration(),
            projection.phase(),
            projection.blade(),
            projection.result(),
            Conditions.write(List.of(projection.complete())));
    if (status.equals(trace.getStatus())) {
      return;
    }
    var fresh = new ExitTrace();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(trace.getMetadata().getNamespace())
            .withName(trace.getMetadata().getName())
            .build());
    fresh.setStatus(status);
    PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(trace, fresh, context);
  }
}
