package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a blade is to keep for itself (the administrator's), and what it is to run (the operator's).
 */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BladeSpec(
    @JsonPropertyDescription("CPUs and memory that partitions never get.")
        @Nullable HostReserved hostReserved,
    @JsonPropertyDescription(
            "Memory to set aside as huge pages when the agent starts, by page size (2Mi, 1Gi), such as 2Mi: 8Gi."
                + " What the kernel really gave is in status.allocatable.hugePages.")
        @ValidationRule(
            value = "self.all(k, k in ['2Mi', '1Gi'])",
            message = "hugePages has the page sizes 2Mi and 1Gi as keys")
        @ValidationRule(
            value = "self.all(k, self[k].matches('^[1-9][0-9]{0,6}(Mi|Gi|Ti)$'))",
            message =
                "write the memory of hugePages as a whole number with the unit Mi, Gi or Ti, such as 8Gi")
        @Nullable Map<String, String> hugePages,
    @JsonPropertyDescription(
            "true: no further partition is placed on this blade; those it has stay. Default: false.")
        @Nullable Boolean maintenance,
    @JsonPropertyDescription("The partitions of this blade. Written by the operator alone.")
        @Size(max = 64)
        @Nullable List<Partition> partitions) {

  /** Resources of a blade that partitions never get. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record HostReserved(
      @JsonPropertyDescription(
              "Number of CPUs kept for the host's own work. Default: 1, and 0 on a blade with a single CPU.")
          @Min(0)
          @Nullable Integer cpus,
      @JsonPropertyDescription(
              "Memory kept for the host's own work: a whole number with the unit Mi, Gi or Ti. Default: 1Gi, but"
                  + " at most half of the blade's memory.")
          @Size(max = 16)
          @ValidationRule(
              value = "self.matches('^[1-9][0-9]{0,6}(Mi|Gi|Ti)$')",
              message =
                  "write hostReserved.memory as a whole number with the unit Mi, Gi or Ti, such as 4Gi")
          @Nullable String memory) {}
}
