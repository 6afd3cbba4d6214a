package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a trace is in its phase. The reason of an ExitTrace's condition Complete is one of these. */
public enum TraceReason {
  /** No blade has such a partition. */
  @JsonProperty("LparNotPlaced")
  LPAR_NOT_PLACED,
  /** The blade has been told and hasn't answered. */
  @JsonProperty("BladeTold")
  BLADE_TOLD,
  /** The guest doesn't run: the trace begins when it does. */
  @JsonProperty("GuestNotRunning")
  GUEST_NOT_RUNNING,
  /** One trace at a time is taken on a blade. */
  @JsonProperty("AnotherTraceRuns")
  ANOTHER_TRACE_RUNS,
  /** The blade keeps 1Gi of records at most: delete an ExitTrace. */
  @JsonProperty("NoRoom")
  NO_ROOM,
  /** Exits aren't counted in the blade's kernel, and so can't be traced either. */
  @JsonProperty("ExitsNotCounted")
  EXITS_NOT_COUNTED,
  /** Exits are being recorded. */
  @JsonProperty("Recording")
  RECORDING,
  /** Recorded for as long as asked. */
  @JsonProperty("TimeUp")
  TIME_UP,
  /** Recorded as many as asked. */
  @JsonProperty("RecordLimit")
  RECORD_LIMIT,
  /** The guest ended while it was traced. */
  @JsonProperty("GuestEnded")
  GUEST_ENDED,
  /** The agent ended while it traced; what it had written is there. */
  @JsonProperty("AgentEnded")
  AGENT_ENDED,
  /** The blade's file system had too little room left. */
  @JsonProperty("DiskLow")
  DISK_LOW,
  /** There is no factor of a name in the filter. */
  @JsonProperty("UnknownFactor")
  UNKNOWN_FACTOR,
  /** The kernel refused the tracer, or the records couldn't be written. */
  @JsonProperty("TracerRefused")
  TRACER_REFUSED,
  /** The blade that had the records is gone. */
  @JsonProperty("BladeGone")
  BLADE_GONE
}
