package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is observed of a partition. */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record LparStatus(
    @JsonPropertyDescription("The generation of the spec that this status reports on.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("State in one word, for people; programs read the conditions.")
        @Nullable Phase phase,
    @JsonPropertyDescription("Name of the blade that the partition has its place on.")
        @Nullable String blade,
    @JsonPropertyDescription("The processors the partition has.") @Nullable CpuStatus cpu,
    @JsonPropertyDescription("The memory the partition has.") @Nullable PartitionMemory memory,
    @JsonPropertyDescription("The settings in force, defaults filled in.")
        @Nullable EffectiveSettings effective,
    @JsonPropertyDescription("The pass-through devices that the partition has claimed.")
        @Nullable List<AttachedDevice> devices,
    @JsonPropertyDescription("VM exits of the guest, counted by KVM.") @Nullable VmExits vmExits,
    @JsonPropertyDescription(
            "How often the guest was started again after a crash, since it was last activated on demand.")
        @Nullable Integer restarts,
    @JsonPropertyDescription(
            "Placed, DevicesAttached, Running, EntitlementMet, RestartRequired, Ready; with observedGeneration and a reason.")
        @Nullable List<Condition> conditions) {

  /** The processors a partition has. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record CpuStatus(
      @JsonPropertyDescription("In words: \"4 dedicated\" or \"25% of 8, capped\".")
          @Nullable String summary,
      @JsonPropertyDescription(
              "Dedicated mode: the physical CPU of each vCPU, in their order, such as \"4,6,8,10\".")
          @Nullable String vcpuPins,
      @JsonPropertyDescription("CPUs of QEMU's own threads, in list format.")
          @Nullable String emulatorCpus,
      @JsonPropertyDescription("CPUs it is due, such as 0.500.") @Nullable String entitledCpus,
      @JsonPropertyDescription("CPUs its vCPUs used over the last interval, such as 0.498.")
          @Nullable String usedCpus,
      @JsonPropertyDescription(
              "Shared mode: the same in percent of the shared CPUs, such as 24.9, beside serviceRatio.")
          @Nullable String sharePercent,
      @JsonPropertyDescription(
              "Time that its vCPUs waited for a CPU over the last interval, in percent of their wall-clock time.")
          @Nullable String stealPercent,
      @JsonPropertyDescription(
              "Time that the cap held its vCPUs back over the last interval, in percent of their wall-clock time.")
          @Nullable String throttledPercent) {}
}
