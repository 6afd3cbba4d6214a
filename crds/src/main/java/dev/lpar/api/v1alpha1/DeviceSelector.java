package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;

/** Chooses pass-through devices by their labels. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeviceSelector(
    @JsonPropertyDescription("Labels, every one of which the device must carry with this value.")
        @Required
        @ValidationRule(
            value = "size(self) > 0",
            message =
                "selector.matchLabels needs at least one label, such as lpar.dev/class: nic; without one any device at all would do")
        Map<String, String> matchLabels) {}
