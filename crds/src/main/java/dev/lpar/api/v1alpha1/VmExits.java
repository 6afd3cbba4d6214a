package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * VM exits of a guest: how often, why and for how long its processors left it for the hypervisor.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record VmExits(
    @JsonPropertyDescription("Start of counting: the guest's present activation.")
        @Nullable String since,
    @JsonPropertyDescription(
            "BPF: each exit is counted and timed in the kernel. KVMStatistics: counts of some kinds alone, and no times;"
                + " the Blade's status.virtualization.exitAccountingReason says why.")
        @Nullable ExitSource source,
    @JsonPropertyDescription("Exits of all vCPUs since then.") @Nullable Long total,
    @JsonPropertyDescription("Exits per second over the last interval, one decimal.")
        @Nullable String perSecond,
    @JsonPropertyDescription(
            "Time in which exits other than halts were handled over the last interval, in percent of the vCPUs' run time,"
                + " two decimals.")
        @Nullable String overheadPercent,
    @JsonPropertyDescription(
            "Exits since then by group, those of the Virtage paper's Table 2, the most time first.")
        @Nullable List<Group> groups,
    @JsonPropertyDescription(
            "Exits since then by factor, the most time first; at most 24, the rest in one called \"rest\".")
        @Nullable List<Factor> factors,
    @JsonPropertyDescription(
            "What costs most and what to change, at most three. None when nothing matters.")
        @Nullable List<Finding> findings) {

  /** Exits that are for the same sort of thing. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Group(
      @JsonPropertyDescription(
              "MMIO, Interrupt, Instruction emulation, ACPI timer, Halt, Page fault, CR access, MMU or Other.")
          @Nullable String name,
      @JsonPropertyDescription("Number of exits.") @Nullable Long count,
      @JsonPropertyDescription(
              "From exit to entry, in seconds, three decimals, without time halted or stopped.")
          @Nullable String seconds,
      @JsonPropertyDescription(
              "Time halted, or stopped from outside, in seconds, three decimals; absent when none.")
          @Nullable String waitedSeconds,
      @JsonPropertyDescription("Its part of all groups' seconds, from 0 to 1, three decimals.")
          @Nullable String share) {}

  /** Exits with one cause. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Factor(
      @JsonPropertyDescription("Such as \"CR3 write\"; docs/reference/vm-exits.md explains each.")
          @Nullable String name,
      @JsonPropertyDescription("Its group.") @Nullable String group,
      @JsonPropertyDescription("Number of exits.") @Nullable Long count,
      @JsonPropertyDescription(
              "From exit to entry, in seconds, three decimals, without time halted or stopped.")
          @Nullable String seconds,
      @JsonPropertyDescription("The longest, in microseconds.") @Nullable Long maxMicros) {}

  /** A diagnosis. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Finding(
      @JsonPropertyDescription("One word for it, such as ShadowPaging.") @Nullable String reason,
      @JsonPropertyDescription("The figures, the cause, and the change to make.")
          @Nullable String message) {}
}
