package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** A partition's processors. */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "self.mode != 'Shared' || has(self.serviceRatio)",
    message =
        "cpu.mode Shared needs cpu.serviceRatio: percent of the blade's shared CPUs, 1 to 100")
@ValidationRule(
    value = "self.mode != 'Dedicated' || !has(self.serviceRatio)",
    message = "cpu.serviceRatio belongs to cpu.mode Shared: remove it, or set mode: Shared")
@ValidationRule(
    value = "self.mode != 'Dedicated' || !has(self.capped)",
    message = "cpu.capped belongs to cpu.mode Shared: remove it, or set mode: Shared")
@ValidationRule(
    value = "self.mode != 'Shared' || !has(self.threadsPerCore)",
    message = "cpu.threadsPerCore belongs to cpu.mode Dedicated: remove it, or set mode: Dedicated")
@ValidationRule(
    value = "!has(self.threadsPerCore) || self.threadsPerCore != 2 || self.vcpus % 2 == 0",
    message =
        "cpu.vcpus must be even when cpu.threadsPerCore is 2: cores are dedicated whole; add a vCPU, or set"
            + " threadsPerCore: 1")
public record Cpu(
    @JsonPropertyDescription("Number of virtual CPUs, 1 to 240.") @Required @Min(1) @Max(240)
        int vcpus,
    @JsonPropertyDescription(
            "Dedicated: every vCPU is a physical CPU of its own, in cores that nothing else runs on. Shared: the"
                + " vCPUs share the blade's shared CPUs by serviceRatio. A change is in force from the next"
                + " activation.")
        @Required
        CpuMode mode,
    @JsonPropertyDescription(
            "Shared mode: the partition's part of the blade's shared CPUs in percent, a whole number from 1 to"
                + " 100. The ratios on a blade sum to at most 100, and a ratio is refused that is more than the"
                + " vCPUs can use: each runs on one CPU at a time.")
        @Min(1)
        @Max(100)
        @Nullable Integer serviceRatio,
    @JsonPropertyDescription(
            "Shared mode: true keeps the partition from using more than its serviceRatio; false (default)"
                + " lends and borrows idle time.")
        @Nullable Boolean capped,
    @JsonPropertyDescription(
            "Dedicated mode: how many hardware threads of each core the guest uses, 1 (default) or 2. The guest's"
                + " topology follows it. A core is never shared with another partition, so with 1 its second"
                + " thread stays idle; 2 needs an even number of vcpus.")
        @Min(1)
        @Max(2)
        @Nullable Integer threadsPerCore) {}
