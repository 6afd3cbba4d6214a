package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a partition has the CPUs it is due. The reason of an Lpar's condition EntitlementMet. */
public enum EntitlementReason {
  /** It has what it is due, or wanted no more than it got. */
  @JsonProperty("Met")
  MET,
  /** It wanted more than it got, and got less than its due by more than half a point. */
  @JsonProperty("BelowEntitlement")
  BELOW_ENTITLEMENT,
  /** Something else runs on its CPUs, or its vCPUs run elsewhere; it is being put right. */
  @JsonProperty("CpusDisturbed")
  CPUS_DISTURBED,
  /** Its CPUs couldn't be set up as asked. */
  @JsonProperty("NotEnforced")
  NOT_ENFORCED,
  /** It hasn't run for a whole interval yet. */
  @JsonProperty("NotMeasured")
  NOT_MEASURED
}
