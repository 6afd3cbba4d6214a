package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where a partition may live. With both fields, a blade must satisfy both. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Placement(
    @JsonPropertyDescription("Name of the one blade on which the partition may live.")
        @Size(max = 253)
        @ValidationRule(
            value = "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",
            message = "placement.blade must be the name of a Blade (kubectl get blades)")
        @Nullable String blade,
    @JsonPropertyDescription(
            "Labels that a blade must carry. A Blade carries the labels of its Node.")
        @Nullable BladeSelector bladeSelector) {}
