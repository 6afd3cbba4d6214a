package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Where a partition's memory is. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PartitionMemory(
    @JsonPropertyDescription(
            "NUMA node that the memory is bound to; none when it is of several, or of whichever has it.")
        @Nullable Integer numaNode,
    @JsonPropertyDescription("Size of the pages that back it.") @Nullable PageSize pageSize) {}
