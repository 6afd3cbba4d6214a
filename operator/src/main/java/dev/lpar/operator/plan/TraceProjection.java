package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.TracePhase;
import dev.lpar.api.v1alpha1.TraceResult;
import org.jspecify.annotations.Nullable;

/** What an ExitTrace's status is to say. */
public record TraceProjection(
    TracePhase phase,
    @Nullable String blade,
    @Nullable TraceResult result,
    StatusCondition complete) {}
