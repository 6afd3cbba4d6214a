package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** How a guest is powered off. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Shutdown(
    @JsonPropertyDescription(
            "Seconds from the press of the ACPI power button until the guest is powered off by force, 0 (at"
                + " once) to 3600. Default: 120.")
        @Min(0)
        @Max(3600)
        @Nullable Integer graceSeconds) {}
