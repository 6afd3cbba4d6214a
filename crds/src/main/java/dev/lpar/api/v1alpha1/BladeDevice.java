package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** A PCI device as the agent finds it in sysfs. */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BladeDevice(
    @JsonPropertyDescription("PCI address, such as 0000:3b:00.0.") @Required String address,
    @JsonPropertyDescription("Vendor and device id, such as 10df:e300.") @Required String pciId,
    @JsonPropertyDescription("PCI class code, six hexadecimal digits.") @Required String pciClass,
    @JsonPropertyDescription("Serial number of an NVMe controller.") @Nullable String serialNumber,
    @JsonPropertyDescription("MAC address of a network interface.") @Nullable String macAddress,
    @JsonPropertyDescription("Physical slot as the firmware names it.") @Nullable String slot,
    @JsonPropertyDescription("IOMMU group.") @Nullable Integer iommuGroup,
    @JsonPropertyDescription("NUMA node.") @Nullable Integer numaNode,
    @JsonPropertyDescription("Driver bound to it.") @Nullable String driver) {}
