package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What follows a guest panic or the death of the guest's QEMU. */
public enum OnCrash {
  @JsonProperty("Restart")
  RESTART,
  @JsonProperty("Stop")
  STOP,
  @JsonProperty("Preserve")
  PRESERVE;
}
