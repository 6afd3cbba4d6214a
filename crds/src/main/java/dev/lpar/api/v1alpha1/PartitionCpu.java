package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** What a partition has of its blade's CPUs, as the agent set and measured it. */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PartitionCpu(
    @JsonPropertyDescription(
            "Dedicated mode: the physical CPU of each vCPU, in their order, such as \"4,6,8,10\".")
        @Nullable String vcpuPins,
    @JsonPropertyDescription("CPUs of QEMU's own threads, in list format.")
        @Nullable String emulatorCpus,
    @JsonPropertyDescription("Whether it has what it is due, as one of a fixed set of words.")
        @Nullable EntitlementReason entitlement,
    @JsonPropertyDescription("Why it is so, in a sentence.") @Nullable String message,
    @JsonPropertyDescription("What was measured over the last interval.") @Nullable Usage usage) {

  /** Figures of one interval. They change all the time. */
  @RecordBuilder
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Usage(
      @JsonPropertyDescription("CPUs it was due, three decimals.") @Nullable String entitledCpus,
      @JsonPropertyDescription("CPUs its vCPUs used, three decimals.") @Nullable String usedCpus,
      @JsonPropertyDescription("Shared mode: the same in percent of the shared CPUs, one decimal.")
          @Nullable String sharePercent,
      @JsonPropertyDescription(
              "Time its vCPUs waited for a CPU, in percent of their wall-clock time, one decimal.")
          @Nullable String stealPercent,
      @JsonPropertyDescription(
              "Time the cap held its vCPUs back, in percent of their wall-clock time, one decimal.")
          @Nullable String throttledPercent) {}
}
