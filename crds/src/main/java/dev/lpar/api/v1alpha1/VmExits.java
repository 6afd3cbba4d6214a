package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** VM exits of a guest: how often its processors left guest mode for the hypervisor. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record VmExits(
    @JsonPropertyDescription("Start of counting: the guest's present activation.")
        @Nullable String since,
    @JsonPropertyDescription("Exits of all vCPUs since then.") @Nullable Long total,
    @JsonPropertyDescription("Exits per second over the last interval, one decimal.")
        @Nullable String perSecond) {}
