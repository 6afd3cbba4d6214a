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
        @Size(max = 253)
        @ValidationRule(
            value = "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",
            message = "blade must be the name of a Blade (kubectl get blades)")
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
      @JsonPropertyDescription(
              "Serial number of an NVMe controller, as /sys/class/nvme/*/serial has it, without the spaces around"
                  + " it.")
          @Size(max = 64)
          @ValidationRule(
              value = "self.matches('^[!-~]([ -~]*[!-~])?$')",
              message =
                  "identity.serialNumber has printable ASCII characters alone, no space at either end")
          @Nullable String serialNumber,
      @JsonPropertyDescription(
              "Permanent MAC address of a network interface, in lower case, such as 52:54:00:12:34:56.")
          @Size(max = 17)
          @ValidationRule(
              value = "self.matches('^([0-9a-f]{2}:){5}[0-9a-f]{2}$')",
              message = "identity.macAddress has the form 52:54:00:12:34:56, in lower case")
          @Nullable String macAddress,
      @JsonPropertyDescription(
              "Physical slot as the firmware names it (/sys/bus/pci/slots), such as 2-1; with pciId.")
          @Size(max = 32)
          @ValidationRule(
              value = "self.matches('^[!-~]+$')",
              message =
                  "identity.slot is the name of a folder in /sys/bus/pci/slots of the blade, such as 2-1")
          @Nullable String slot,
      @JsonPropertyDescription("PCI vendor and device id, such as 10df:e300; with slot.")
          @Size(max = 9)
          @ValidationRule(
              value = "self.matches('^[0-9a-f]{4}:[0-9a-f]{4}$')",
              message =
                  "identity.pciId has the form 10df:e300: vendor and device in lower case hexadecimal")
          @Nullable String pciId) {}
}
