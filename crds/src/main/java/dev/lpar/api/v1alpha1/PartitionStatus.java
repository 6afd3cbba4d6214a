package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the agent observes of one partition. */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PartitionStatus(
    @JsonPropertyDescription("The Lpar's uid.") @Required String id,
    @JsonPropertyDescription("The Lpar's namespace.") @Nullable String namespace,
    @JsonPropertyDescription("The Lpar's name.") @Nullable String name,
    @JsonPropertyDescription("The generation of the intent that this reports on.")
        @Nullable Long generation,
    @JsonPropertyDescription("State in one word.") @Required Phase phase,
    @JsonPropertyDescription("Why it is so, as one of a fixed set of words.") @Required
        PartitionReason reason,
    @JsonPropertyDescription("Why it is so, in a sentence.") @Nullable String message,
    @JsonPropertyDescription("Process id of the guest's QEMU on the blade.") @Nullable Long pid,
    @JsonPropertyDescription("Version of the QEMU that the guest was started with.")
        @Nullable String qemuVersion,
    @JsonPropertyDescription("Restarts after a crash since the last activation on demand.")
        @Nullable Integer restarts,
    @JsonPropertyDescription(
            "Fields of the Lpar's spec that were changed and take effect at the next activation.")
        @Nullable List<String> restartRequired,
    @JsonPropertyDescription("Its pass-through devices, and those it has yet to let go of.")
        @Nullable List<AttachedDevice> devices,
    @JsonPropertyDescription("Its processors.") @Nullable PartitionCpu cpu,
    @JsonPropertyDescription("Its memory.") @Nullable PartitionMemory memory,
    @JsonPropertyDescription("VM exits of the guest.") @Nullable VmExits exits) {}
