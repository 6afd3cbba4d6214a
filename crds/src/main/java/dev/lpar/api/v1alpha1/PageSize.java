package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Size of the host pages that back a guest's memory. */
public enum PageSize {
  @JsonProperty("4Ki")
  SIZE_4KI,
  @JsonProperty("2Mi")
  SIZE_2MI,
  @JsonProperty("1Gi")
  SIZE_1GI;
}
