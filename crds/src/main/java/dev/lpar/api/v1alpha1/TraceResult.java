package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a trace has recorded: its bounds, and a digest of its records. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TraceResult(
    @JsonPropertyDescription("Start of recording.") @Nullable String startedAt,
    @JsonPropertyDescription("End of recording.") @Nullable String endedAt,
    @JsonPropertyDescription("Exits recorded.") @Nullable Long records,
    @JsonPropertyDescription(
            "Exits that came too fast to be recorded, whether the filter would have kept them or not.")
        @Nullable Long lost,
    @JsonPropertyDescription("Bytes that the records take on the blade.") @Nullable Long sizeBytes,
    @JsonPropertyDescription("The factors that took most time, at most 12.")
        @Nullable List<VmExits.Factor> factors,
    @JsonPropertyDescription(
            "The guest's instructions whose exits took most time, at most 12, by address and factor.")
        @Nullable List<Instruction> instructions) {

  /** An instruction of the guest that exits. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Instruction(
      @JsonPropertyDescription("The guest's instruction pointer, such as 0xffffffff81a2b3c4.")
          @Nullable String address,
      @JsonPropertyDescription("Factor of the exits.") @Nullable String factor,
      @JsonPropertyDescription("Number of exits.") @Nullable Long count,
      @JsonPropertyDescription(
              "From exit to entry, in seconds, six decimals, without time halted or stopped.")
          @Nullable String seconds) {}
}
