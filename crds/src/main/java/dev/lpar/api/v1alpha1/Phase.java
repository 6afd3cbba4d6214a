package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** State of a partition in one word, for people. */
public enum Phase {
  /** No blade has been found for it. */
  @JsonProperty("Pending")
  PENDING,
  /** On its blade, the guest is being started. */
  @JsonProperty("Activating")
  ACTIVATING,
  @JsonProperty("Running")
  RUNNING,
  @JsonProperty("Paused")
  PAUSED,
  /** Asked to power off, not off yet. */
  @JsonProperty("Stopping")
  STOPPING,
  @JsonProperty("Stopped")
  STOPPED,
  /** The guest can't be started or has crashed; the condition Running says why. */
  @JsonProperty("Failed")
  FAILED
}
