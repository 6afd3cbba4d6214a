package dev.lpar.agent.plan;

/** Why a trace stands as it does. */
public enum TraceReason {
  GUEST_NOT_RUNNING,
  ANOTHER_TRACE_RUNS,
  NO_ROOM,
  EXITS_NOT_COUNTED,
  RECORDING,
  TIME_UP,
  RECORD_LIMIT,
  GUEST_ENDED,
  AGENT_ENDED,
  DISK_LOW,
  UNKNOWN_FACTOR,
  TRACER_REFUSED
}
