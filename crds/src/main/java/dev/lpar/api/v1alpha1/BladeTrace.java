package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A trace as its blade is told of it, with no default left open. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BladeTrace(
    @JsonPropertyDescription("The ExitTrace's uid.") @Required @Size(max = 36) String id,
    @JsonPropertyDescription("The ExitTrace's namespace.") @Required @Size(max = 63)
        String namespace,
    @JsonPropertyDescription("The ExitTrace's name.") @Required @Size(max = 253) String name,
    @JsonPropertyDescription("The partition: its Lpar's uid.") @Required @Size(max = 36)
        String partition,
    @JsonPropertyDescription("How long to record.") @Required @Min(1) @Max(300) int durationSeconds,
    @JsonPropertyDescription("How many exits to record at most.") @Required @Min(1) @Max(5_000_000)
        int maxRecords,
    @JsonPropertyDescription("Which exits to keep; absent: all.")
        @Nullable ExitTraceFilter filter) {}
