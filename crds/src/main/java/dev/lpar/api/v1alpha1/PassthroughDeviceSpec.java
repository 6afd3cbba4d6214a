package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Which device it is. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PassthroughDeviceSpec(
    @JsonPropertyDescription("Name of the blade that has the device.")
        @Required
        @Size(min = 1, max = 253)
        @ValidationRule(
            value = "self == oldSelf",
            message = "blade can't change: declare the device anew for another blade")
        String blade,
    @JsonPropertyDescription("What the device is; every field given must match.") @Required
        Identity identity) {

  /** What a device is, whatever slot and address it has today. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @ValidationRule(
      value = "has(self.serialNumber) || has(self.macAddress) || has(self.slot)",
      message =
          "identity needs serialNumber, macAddress, or slot together with pciId, to tell the device from others")
  @ValidationRule(
      value = "has(self.slot) == has(self.pciId)",
      message =
          "identity.slot and identity.pciId go together: the slot says where, the id what must be there")
  public record Identity(
      @JsonPropertyDescription("Serial number of an NVMe controller.") @Size(min = 1, max = 64)
          @Nullable String serialNumber,
      @JsonPropertyDescription("Permanent MAC address of a network interface, in lower case.")
          @Size(max = 17)
          @ValidationRule(
              value = "self.matches('^([0-9a-f]{2}:){5}[0-9a-f]{2}$')",
              message = "identity.macAddress has the form 52:54:00:12:34:56, in lower case")
          @Nullable String macAddress,
      @JsonPropertyDescription("Physical slot as the firmware names it.") @Size(min = 1, max = 32)
          @Nullable String slot,
      @JsonPropertyDescription("PCI vendor and device id, such as 10df:e300.")
          @Size(max = 9)
          @ValidationRule(
              value = "self.matches('^[0-9a-f]{4}:[0-9a-f]{4}$')",
              message =
                  "identity.pciId has the form 10df:e300: vendor and device in lower case hexadecimal")
          @Nullable String pciId) {}
}
