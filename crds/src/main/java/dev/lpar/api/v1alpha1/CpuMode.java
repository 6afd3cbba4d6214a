package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a partition has CPUs: its own, or a share by weight. */
public enum CpuMode {
  @JsonProperty("Dedicated")
  DEDICATED,
  @JsonProperty("Shared")
  SHARED;
}
