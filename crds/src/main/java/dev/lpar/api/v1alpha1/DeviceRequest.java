package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A pass-through device that a partition asks for: a certain one, or any that fits. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.passthroughDevice) != has(self.selector)",
    message =
        "a device needs either passthroughDevice (a certain one) or selector (any with these labels), not both")
public record DeviceRequest(
    @JsonPropertyDescription(
            "Name of the device within the partition: lower case letters, digits and dashes, at most 20"
                + " characters. A device keeps its PCI slot in the guest for as long as its name stays.")
        @Required
        @Size(max = 20)
        @ValidationRule(
            value = "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
            message =
                "a device's name has lower case letters, digits and inner dashes alone, such as hba")
        String name,
    @JsonPropertyDescription(
            "Name of the PassthroughDevice that it shall be; the partition then lives on that device's blade.")
        @Size(max = 63)
        @ValidationRule(
            value = "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",
            message =
                "passthroughDevice must be the name of a PassthroughDevice (kubectl get passthroughdevices)")
        @Nullable String passthroughDevice,
    @JsonPropertyDescription(
            "Labels of the PassthroughDevices that will do, such as lpar.dev/class: nic. One that is offered and"
                + " free is taken when the partition is placed, and kept.")
        @Nullable DeviceSelector selector) {}
