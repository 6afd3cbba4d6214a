package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What starts the guest. */
public enum Firmware {
  @JsonProperty("UEFI")
  UEFI,
  @JsonProperty("BIOS")
  BIOS,
  @JsonProperty("Direct")
  DIRECT;
}
