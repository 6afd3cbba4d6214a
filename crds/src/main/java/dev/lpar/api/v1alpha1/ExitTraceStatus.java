package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a trace stands. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ExitTraceStatus(
    @JsonPropertyDescription("The generation of the spec that this status reports on.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Pending, Tracing, Complete or Failed.") @Nullable TracePhase phase,
    @JsonPropertyDescription(
            "The blade that has the records. Its agent gives them out: docs/operations/tracing.md.")
        @Nullable String blade,
    @JsonPropertyDescription("What was recorded.") @Nullable TraceResult result,
    @JsonPropertyDescription("Complete: the trace has ended, and the records can be fetched.")
        @Nullable List<Condition> conditions) {}
