package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the administrator wants the partition's power to be. */
public enum PowerState {
  @JsonProperty("Running")
  RUNNING,
  @JsonProperty("Stopped")
  STOPPED,
  @JsonProperty("Paused")
  PAUSED;
}
