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
            "CPUs that always stay shared: dedicated partitions never leave fewer. Default: 1.")
        @Min(0)
        @Nullable Integer sharedMinimumCpus,
    @JsonPropertyDescription(
            "Memory to set aside as huge pages, by page size (2Mi, 1Gi), such as 2Mi: 8Gi. The kernel is asked when"
                + " the agent starts and when the value changes; reserve early, before memory is fragmented."
                + " 0Mi gives them back; a size that isn't named is left as it is."
                + " What the kernel really gave is in status.allocatable.hugePages.")
        @ValidationRule(
            value = "self.all(k, k in ['2Mi', '1Gi'])",
            message = "hugePages has the page sizes 2Mi and 1Gi as keys, such as 2Mi: 8Gi")
        @ValidationRule(
            value = "self.all(k, self[k].matches(" + MemoryText.PATTERN_OR_ZERO + "))",
            message = "write the memory of hugePages as " + MemoryText.FORM + ", or 0Mi")
        @ValidationRule(
            value =
                "!('2Mi' in self) || !self['2Mi'].matches("
                    + MemoryText.PATTERN_OR_ZERO
                    + ") || quantity(self['2Mi']).asInteger() % 2097152 == 0",
            message = "hugePages.2Mi must be an even number of Mi: it is made of pages of 2Mi")
        @ValidationRule(
            value =
                "!('1Gi' in self) || !self['1Gi'].matches("
                    + MemoryText.PATTERN_OR_ZERO
                    + ") || quantity(self['1Gi']).asInteger() % 1073741824 == 0",
            message = "hugePages.1Gi must be a whole number of Gi: it is made of pages of 1Gi")
        @Nullable Map<String, String> hugePages,
    @JsonPropertyDescription(
            "true: no further partition is placed on this blade; those it has stay. Default: false.")
        @Nullable Boolean maintenance,
    @JsonPropertyDescription("The partitions of this blade. Written by the operator alone.")
        @Size(max = 64)
        @ValidationRule(
            value =
                "self.filter(p, has(p.cpu.serviceRatio)).map(p, p.cpu.serviceRatio).sum() <= 100",
            message = "the service ratios of a blade's partitions sum to at most 100")
        @ValidationRule(
            value =
                "self.all(p, !has(p.devices) || p.devices.all(d, self.exists_one(q, has(q.devices) && q.devices.exists(e, e.passthroughDevice == d.passthroughDevice))))",
            message = "a passthroughDevice belongs to one partition")
        @Nullable List<Partition> partitions,
    @JsonPropertyDescription(
            "How many virtual functions (SR-IOV) physical ones of this blade are to have, as their"
                + " PassthroughDevices ask. Others are left as they are. Written by the operator alone.")
        @Size(max = 256)
        @Nullable List<FunctionCount> virtualFunctions,
    @JsonPropertyDescription(
            "Traces of partitions' VM exits, to be taken or kept. Written by the operator alone, from ExitTraces.")
        @Size(max = 64)
        @Nullable List<BladeTrace> exitTraces) {

  /** Resources of a blade that partitions never get. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record HostReserved(
      @JsonPropertyDescription(
              "Number of CPUs kept for the host's own work. Default: 1, and 0 on a blade with fewer than 4 CPUs.")
          @Min(0)
          @Nullable Integer cpus,
      @JsonPropertyDescription(
              "Memory kept for the host's own work: a whole number with the unit Mi, Gi or Ti. Default: 1Gi, but"
                  + " at most half of the blade's memory.")
          @Size(max = 16)
          @ValidationRule(
              value = "self.matches(" + MemoryText.PATTERN + ")",
              message = "write hostReserved.memory as " + MemoryText.FORM)
          @Nullable String memory) {}
}
