package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A pass-through device as the blade is told of it: claimed, and known by what it is. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record AssignedDevice(
    @JsonPropertyDescription("Name of the device within the partition.") @Required @Size(max = 20)
        String name,
    @JsonPropertyDescription("The PassthroughDevice that the partition has claimed.")
        @Required
        @Size(max = 63)
        String passthroughDevice,
    @JsonPropertyDescription("What the device is: the blade finds out where it sits.") @Required
        PassthroughDeviceSpec.Identity identity) {}
