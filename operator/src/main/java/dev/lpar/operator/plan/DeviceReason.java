package dev.lpar.operator.plan;

/** Why a condition of a PassthroughDevice is as it is. */
public enum DeviceReason implements Reason {
  /** The blade has it. */
  FOUND,
  /** The blade has no device of this identity. */
  NOT_FOUND,
  /** The identity matches several devices. */
  AMBIGUOUS,
  /** Another PassthroughDevice, which goes before, means the same device. */
  DUPLICATE,
  /** The identity matches a bridge. */
  IS_BRIDGE,
  /** There is no such blade, or it hasn't reported its devices. */
  BLADE_UNKNOWN,
  /** Partitions may claim it. */
  OFFERED,
  /** The administrator hasn't set assignable. */
  NOT_OFFERED,
  /** The host needs it, or another device of its IOMMU group. */
  HOST_CRITICAL,
  /** It has no IOMMU group. */
  NO_IOMMU,
  /** It can't be claimed, for the blade hasn't it, or not clearly this one. */
  NOT_PRESENT,
  /** Nothing is reported to be wrong with it. */
  NO_PROBLEM,
  /** The agent reports something wrong with it. */
  DEVICE_PROBLEM,
  /** It has as many virtual functions as are asked for. */
  AS_ASKED,
  /** The blade's agent hasn't done it yet. */
  PENDING,
  /** A partition has claimed one of its virtual functions. */
  VIRTUAL_FUNCTIONS_CLAIMED,
  /** A partition has claimed it, or another device of its IOMMU group. */
  CLAIMED,
  /** It can't have virtual functions. */
  NOT_SUPPORTED,
  /** It can't have so many virtual functions. */
  TOO_MANY,
  /** The blade's agent gives no sign of life. */
  AGENT_SILENT
}
