package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where the figures of VM exits are from. */
public enum ExitSource {
  /** A counter in the blade's kernel: each exit, by its factor, with its time. */
  @JsonProperty("BPF")
  BPF,
  /** KVM's own statistics, for want of the counter: counts of some kinds, and no times. */
  @JsonProperty("KVMStatistics")
  KVM_STATISTICS
}
