package dev.lpar.operator.plan;

/** Why a condition of a PassthroughDevice is as it is. */
public enum DeviceReason implements Reason {
  /** The blade has it. */
  FOUND,
  /** The blade has no device of this identity. */
  NOT_FOUND,
  /** The identity matches several devices. */
  AMBIGUOUS,
  /** There is no such blade, or it hasn't reported its devices. */
  BLADE_UNKNOWN,
  /** The blade's agent gives no sign of life. */
  AGENT_SILENT
}
