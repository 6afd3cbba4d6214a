package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** The settings in force where the spec leaves the choice: its defaults, filled in. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record EffectiveSettings(
    @JsonPropertyDescription("Power state aimed at.") @Nullable PowerState powerState,
    @JsonPropertyDescription("Seconds until a power off is forced.")
        @Nullable Integer shutdownGraceSeconds,
    @JsonPropertyDescription("What follows a crash.") @Nullable OnCrash onCrash,
    @JsonPropertyDescription("What starts the guest.") @Nullable Firmware firmware,
    @JsonPropertyDescription("Size of the pages that back the guest's memory.")
        @Nullable PageSize pageSize,
    @JsonPropertyDescription("Shared mode: whether the ratio is also the limit.")
        @Nullable Boolean capped,
    @JsonPropertyDescription("Dedicated mode: hardware threads of a core that the guest uses.")
        @Nullable Integer threadsPerCore,
    @JsonPropertyDescription("SMBIOS system UUID and serial number.")
        @Nullable Identity identity) {}
