package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
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
    @JsonPropertyDescription(
            "Other devices of its IOMMU group: they go with it to the partition that claims it.")
        @Nullable List<String> groupMembers,
    @JsonPropertyDescription("Its name in the blade's pci.ids, where there is one.")
        @Nullable String description,
    @JsonPropertyDescription("Drivers: the host's own, and the one bound now.")
        @Nullable Driver driver,
    @JsonPropertyDescription("NUMA node the device is attached to.") @Nullable Integer numaNode,
    @JsonPropertyDescription("How the kernel can reset it, best first.")
        @Nullable List<String> resetMethods,
    @JsonPropertyDescription("The partition that has claimed it.") @Nullable Claim claimedBy,
    @JsonPropertyDescription("Virtual functions (SR-IOV), of a physical one.")
        @Nullable VirtualFunctions virtualFunctions,
    @JsonPropertyDescription(
            "Present, Assignable, Healthy, Ready; VirtualFunctions where spec.virtualFunctions is set.")
        @Nullable List<Condition> conditions) {

  /** The drivers of a device. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Driver(
      @JsonPropertyDescription("The host's own driver, which it goes back to.")
          @Nullable String host,
      @JsonPropertyDescription("The driver bound now; vfio-pci while a partition has the device.")
          @Nullable String current) {}

  /** The virtual functions of a device. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record VirtualFunctions(
      @JsonPropertyDescription("How many it can have.") @Required int total,
      @JsonPropertyDescription("How many it has.") @Required int current) {}

  /** The partition that has claimed a device. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Claim(
      @JsonPropertyDescription("The Lpar's namespace.") @Required String namespace,
      @JsonPropertyDescription("The Lpar's name.") @Required String name,
      @JsonPropertyDescription("The Lpar's uid.") @Required String uid) {}
}
