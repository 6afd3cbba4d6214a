package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What is to be traced, and for how long. A trace is taken once: its spec can't change. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "self == oldSelf",
    message = "a trace is taken once: its spec can't change; create another ExitTrace")
public record ExitTraceSpec(
    @JsonPropertyDescription(
            "Name of the Lpar, in the same namespace. While it doesn't run, the trace waits; so it can begin with the"
                + " guest's first exit.")
        @Required
        @Size(max = 63)
        @ValidationRule(
            value = "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",
            message = "lpar must be the name of an Lpar of this namespace (kubectl get lpars)")
        String lpar,
    @JsonPropertyDescription("How long to record, 1 to 300. Default: 10.") @Min(1) @Max(300)
        @Nullable Integer durationSeconds,
    @JsonPropertyDescription(
            "The trace ends early when it has so many exits, 1 to 5000000, of 48 bytes each. Default: 500000.")
        @Min(1)
        @Max(5_000_000)
        @Nullable Integer maxRecords,
    @JsonPropertyDescription("Which exits to keep. Default: all.")
        @Nullable ExitTraceFilter filter) {

  public static final int DEFAULT_SECONDS = 10;
  public static final int DEFAULT_RECORDS = 500_000;
}
