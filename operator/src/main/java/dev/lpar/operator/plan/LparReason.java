package dev.lpar.operator.plan;

/**
 * Why a condition of an Lpar is as it is, where the operator and not the blade says so. The others
 * are {@link dev.lpar.api.v1alpha1.PartitionReason}.
 */
public enum LparReason implements Reason {
  /** It has its place on a blade. */
  PLACED,
  /** No blade has the room. */
  NO_FIT,
  /** There is no blade at all. */
  NO_BLADES,
  /** placement.blade names a blade that doesn't exist. */
  BLADE_NOT_FOUND,
  /** spec.devices names a PassthroughDevice that doesn't exist. */
  DEVICE_NOT_FOUND,
  /** It keeps its place; the present spec doesn't fit there and isn't followed. */
  CHANGE_DOES_NOT_FIT,
  /** Taken off a blade that hasn't reported it gone yet. */
  LEAVING_BLADE,
  /** The object of its blade is gone. */
  BLADE_LOST,
  /** It has no place. */
  NOT_PLACED,
  /** It has claimed none of the devices that the present spec asks for. */
  NOT_CLAIMED,
  /** The blade's agent hasn't reported on the present generation yet. */
  AWAITING_AGENT,
  /** The blade's agent gives no sign of life. */
  AGENT_SILENT,
  /** The guest doesn't run, so that nothing is due to it. */
  NOT_RUNNING,
  /** Nothing waits for a restart. */
  UP_TO_DATE,
  /** Fields of the spec wait for the next activation. */
  FIELDS_CHANGED,
  /** It is being deleted. */
  DELETING
}
