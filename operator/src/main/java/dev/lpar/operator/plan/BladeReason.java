package dev.lpar.operator.plan;

/** Why the operator writes a Blade's condition Ready; the other reasons are its agent's. */
public enum BladeReason implements Reason {
  /** The agent's Lease has run out. */
  AGENT_SILENT
}
