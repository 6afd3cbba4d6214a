package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** How one trace stands on its blade. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BladeTraceStatus(
    @JsonPropertyDescription("The ExitTrace's uid.") @Required String id,
    @JsonPropertyDescription("State in one word.") @Required TracePhase phase,
    @JsonPropertyDescription("Why it is so, as one of a fixed set of words.") @Required
        TraceReason reason,
    @JsonPropertyDescription("Why it is so, in a sentence.") @Nullable String message,
    @JsonPropertyDescription("What was recorded.") @Nullable TraceResult result) {}
