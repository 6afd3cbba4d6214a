package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Where a partition may live. With both fields, a blade must satisfy both. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Placement(
    @JsonPropertyDescription("Name of the one blade on which the partition may live.")
        @Size(min = 1, max = 253)
        @Nullable String blade,
    @JsonPropertyDescription(
            "Labels that a blade must carry. A Blade carries the labels of its Node.")
        @Nullable BladeSelector bladeSelector) {}
