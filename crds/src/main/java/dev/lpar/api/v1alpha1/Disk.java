package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A raw block device of the blade that the guest uses as a disk. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Disk(
    @JsonPropertyDescription(
            "Name of the disk within the partition: lower case letters, digits and dashes, at most 20"
                + " characters. The guest sees it as the disk's serial number.")
        @Required
        @Size(max = 20)
        @ValidationRule(
            value = "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
            message =
                "a disk's name has lower case letters, digits and inner dashes alone, such as root")
        String name,
    @JsonPropertyDescription(
            "Path of the block device on the blade; /dev/disk/by-id/… stays the same when the blade's disks are"
                + " numbered anew. A device that the blade itself or another partition uses is refused.")
        @Required
        @Size(max = 255)
        @ValidationRule(
            value = "self.matches('^/dev/[^[:cntrl:]]+$') && !self.contains('/..')",
            message = "blockDevice must be a path under /dev, such as /dev/disk/by-id/nvme-…")
        String blockDevice,
    @JsonPropertyDescription(
            "With firmware UEFI or BIOS: place in the boot order, 1 to 99, lower first. Default: not booted from, unless no disk"
                + " has one; then disks boot in the order of the list.")
        @Min(1)
        @Max(99)
        @Nullable Integer bootIndex) {}
