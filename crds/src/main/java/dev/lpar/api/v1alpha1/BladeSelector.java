package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.Map;

/** Chooses blades by their labels. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BladeSelector(
    @JsonPropertyDescription("Labels, every one of which the blade must carry with this value.")
        @Required
        Map<String, String> matchLabels) {}
