package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.lpar.model.VirtualFunctionCount;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** How many virtual functions a physical one is to have, as the blade is told. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record FunctionCount(
    @JsonPropertyDescription("The PassthroughDevice that asks for them.") @Required @Size(max = 63)
        String passthroughDevice,
    @JsonPropertyDescription("What the physical function is: the blade finds out where it sits.")
        @Required
        PassthroughDeviceSpec.Identity identity,
    @JsonPropertyDescription("How many virtual functions it is to have, 0 to 256.")
        @Required
        @Min(0)
        @Max(256)
        int count) {

  /** The same, as the plans compare it. */
  public VirtualFunctionCount toModel() {
    return new VirtualFunctionCount(passthroughDevice, identity.toModel(), count);
  }

  public static FunctionCount of(VirtualFunctionCount count) {
    return new FunctionCount(
        count.passthroughDevice(),
        PassthroughDeviceSpec.Identity.of(count.identity()),
        count.count());
  }
}
