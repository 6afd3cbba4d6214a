package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a device is today. */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PassthroughDeviceStatus(
    @JsonPropertyDescription("The generation of the spec that this status reports on.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Today's PCI address, such as 0000:3b:00.0.") @Nullable String address,
    @JsonPropertyDescription("Today's IOMMU group.") @Nullable Integer iommuGroup,
    @JsonPropertyDescription("The driver that is bound to it.") @Nullable String driver,
    @JsonPropertyDescription("NUMA node the device is attached to.") @Nullable Integer numaNode,
    @JsonPropertyDescription("Present, Ready.") @Nullable List<Condition> conditions) {}
