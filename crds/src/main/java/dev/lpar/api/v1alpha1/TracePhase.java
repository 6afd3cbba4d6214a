package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** State of a trace in one word. */
public enum TracePhase {
  /** It waits; the condition Complete says for what. */
  @JsonProperty("Pending")
  PENDING,
  @JsonProperty("Tracing")
  TRACING,
  /** It has ended, and there are records, if there were exits. */
  @JsonProperty("Complete")
  COMPLETE,
  /** It can't be taken as asked. */
  @JsonProperty("Failed")
  FAILED
}
