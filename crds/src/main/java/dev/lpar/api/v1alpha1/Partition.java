package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A partition as its blade is told of it: everything the agent needs, with no default left open.
 * Written by the operator from an {@link Lpar}.
 */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "(self.firmware == 'Direct') == has(self.directBoot)",
    message = "directBoot and firmware: Direct go together")
public record Partition(
    @JsonPropertyDescription("The Lpar's uid.")
        @Required
        @Size(max = 36)
        @ValidationRule(
            value = "self.matches('^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')",
            message = "a partition's id is the uid of its Lpar")
        String id,
    @JsonPropertyDescription("The Lpar's namespace.") @Required @Size(max = 63) String namespace,
    @JsonPropertyDescription("The Lpar's name.") @Required @Size(max = 63) String name,
    @JsonPropertyDescription("The Lpar's generation that this intent was made from.") @Required
        long generation,
    @JsonPropertyDescription("Power state to bring about.") @Required PowerState powerState,
    @JsonPropertyDescription("Seconds until a power off is forced.") @Required @Min(0) @Max(3600)
        int graceSeconds,
    @JsonPropertyDescription("What follows a crash.") @Required OnCrash onCrash,
    @JsonPropertyDescription("The partition's processors.") @Required Cpu cpu,
    @JsonPropertyDescription("The partition's memory.") @Required Memory memory,
    @JsonPropertyDescription("What starts the guest.") @Required Firmware firmware,
    @JsonPropertyDescription("Kernel and initrd, when firmware is Direct.")
        @Nullable DirectBoot directBoot,
    @JsonPropertyDescription("Raw block devices of the blade that the guest uses.") @Size(max = 16)
        @Nullable List<Disk> disks,
    @JsonPropertyDescription("Pass-through devices that the partition has claimed.")
        @Size(max = 8)
        @ValidationRule(
            value = "self.all(d, self.exists_one(e, e.passthroughDevice == d.passthroughDevice))",
            message = "a partition claims a passthroughDevice once")
        @Nullable List<AssignedDevice> devices,
    @JsonPropertyDescription("SMBIOS system UUID and serial number.") @Required
        Identity identity) {}
