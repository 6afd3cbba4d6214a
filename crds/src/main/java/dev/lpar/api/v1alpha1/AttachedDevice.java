package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a partition stands with one of its pass-through devices. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record AttachedDevice(
    @JsonPropertyDescription("Name of the device within the partition.") @Required String name,
    @JsonPropertyDescription("The PassthroughDevice that it is.") @Required
        String passthroughDevice,
    @JsonPropertyDescription("Today's PCI address on the blade, such as 0000:3b:00.0.")
        @Nullable String address,
    @JsonPropertyDescription("Today's IOMMU group.") @Nullable Integer iommuGroup,
    @JsonPropertyDescription(
            "Other devices of the IOMMU group, which the partition holds unused: a group is claimed whole.")
        @Nullable List<String> groupMembers,
    @JsonPropertyDescription("How it stands, as one of a fixed set of words.") @Required
        AttachmentReason reason,
    @JsonPropertyDescription("Why it is so, in a sentence.") @Nullable String message) {}
