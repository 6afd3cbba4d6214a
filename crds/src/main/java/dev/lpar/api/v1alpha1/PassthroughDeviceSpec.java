package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.lpar.model.DeviceIdentity;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
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
        Identity identity,
    @JsonPropertyDescription(
            "The administrator's consent: true lets partitions claim the device. Default: false. Taken back, it"
                + " stops further claims; a partition that has the device keeps it. A device that the host itself"
                + " needs is refused all the same.")
        @Nullable Boolean assignable,
    @JsonPropertyDescription("Namespaces whose partitions may claim the device. Default: all.")
        @Size(max = 64)
        @ValidationRule(
            value = "self.all(n, n.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'))",
            message = "allowedNamespaces has names of namespaces, such as payments")
        @Nullable List<String> allowedNamespaces,
    @JsonPropertyDescription(
            "How many virtual functions (SR-IOV) the physical one that this is shall have, 0 to 256; 0 takes them"
                + " away. Each is a PassthroughDevice of its own; the physical one stays with the host. The number"
                + " isn't changed while a partition has claimed any of them. Default: left as it is.")
        @Min(0)
        @Max(256)
        @Nullable Integer virtualFunctions) {

  /** What a device is, whatever slot and address it has today. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @ValidationRule(
      value = "has(self.serialNumber) || has(self.wwn) || has(self.macAddress) || has(self.slot)",
      message =
          "identity needs serialNumber, wwn, macAddress, or slot together with pciId, to tell the device from others")
  @ValidationRule(
      value = "has(self.slot) == has(self.pciId)",
      message =
          "identity.slot and identity.pciId go together: the slot says where, the id what must be there")
  public record Identity(
      @JsonPropertyDescription(
              "Serial number of an NVMe controller, as /sys/class/nvme/*/serial has it, without the spaces around"
                  + " it; of another device the Device Serial Number capability, as lspci -vv shows it.")
          @Size(max = 64)
          @ValidationRule(
              value = "self.matches('^[!-~]([ -~]*[!-~])?$')",
              message =
                  "identity.serialNumber has printable ASCII characters alone, no space at either end")
          @Nullable String serialNumber,
      @JsonPropertyDescription(
              "Port name of a Fibre Channel host bus adapter, in lower case, such as 50:06:0e:80:12:34:56:78"
                  + " (/sys/class/fc_host/*/port_name).")
          @Size(max = 23)
          @ValidationRule(
              value = "self.matches('^([0-9a-f]{2}:){7}[0-9a-f]{2}$')",
              message =
                  "identity.wwn has the form 50:06:0e:80:12:34:56:78: eight bytes in lower case")
          @Nullable String wwn,
      @JsonPropertyDescription(
              "Permanent MAC address of a network interface, in lower case, such as 52:54:00:12:34:56.")
          @Size(max = 17)
          @ValidationRule(
              value = "self.matches('^([0-9a-f]{2}:){5}[0-9a-f]{2}$')",
              message = "identity.macAddress has the form 52:54:00:12:34:56, in lower case")
          @Nullable String macAddress,
      @JsonPropertyDescription(
              "Physical slot as the firmware names it (/sys/bus/pci/slots), such as 2-1, and of a card with"
                  + " several functions the function, such as 2-1.0; as status.devices of the Blade shows it. With pciId.")
          @Size(max = 64)
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
          @Nullable String pciId) {

    /** The same, as the plans compare it. */
    public DeviceIdentity toModel() {
      return new DeviceIdentity(serialNumber, wwn, macAddress, slot, pciId);
    }

    public static Identity of(DeviceIdentity identity) {
      return new Identity(
          identity.serialNumber(),
          identity.wwn(),
          identity.macAddress(),
          identity.slot(),
          identity.pciId());
    }
  }
}
