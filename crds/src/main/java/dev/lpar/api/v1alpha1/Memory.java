package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A partition's memory. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "!has(self.pageSize) || self.pageSize != '1Gi' || !self.size.matches("
            + MemoryText.PATTERN
            + ") || quantity(self.size).asInteger() % 1073741824 == 0",
    message = "memory.size must be a whole number of Gi when memory.pageSize is 1Gi")
@ValidationRule(
    value =
        "(has(self.pageSize) && self.pageSize != '2Mi') || !self.size.matches("
            + MemoryText.PATTERN
            + ") || quantity(self.size).asInteger() % 2097152 == 0",
    message = "memory.size must be an even number of Mi when memory.pageSize is 2Mi (the default)")
public record Memory(
    @JsonPropertyDescription(
            "Size of the guest's memory: a whole number with the unit Mi, Gi or Ti, from 32Mi to 64Ti. All of it"
                + " is locked on the blade: never swapped, never shared with another partition.")
        @Required
        @Size(max = 16)
        @ValidationRule(
            value = "self.matches(" + MemoryText.PATTERN + ")",
            message = "write memory.size as " + MemoryText.FORM)
        @ValidationRule(
            value =
                "!self.matches("
                    + MemoryText.PATTERN
                    + ") || (quantity(self).compareTo(quantity('32Mi')) >= 0"
                    + " && quantity(self).compareTo(quantity('64Ti')) <= 0)",
            message = "memory.size must be from 32Mi to 64Ti")
        String size,
    @JsonPropertyDescription(
            "Size of the host pages that back the memory: 4Ki, 2Mi (default) or 1Gi. Pages of 2Mi and 1Gi come"
                + " out of what the Blade reserves in spec.hugePages; memory in 4Ki pages out of the rest.")
        @Nullable PageSize pageSize) {}
