package dev.lpar.agent.vmexit;

/** Where the figures of exits are from. */
public enum ExitSource {
  /** The counter in the kernel: each exit, with its time. */
  BPF,
  /** KVM's own statistics: counts of some kinds of exits, and no times. */
  KVM_STATISTICS
}
