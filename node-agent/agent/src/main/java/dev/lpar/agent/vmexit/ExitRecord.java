package dev.lpar.agent.vmexit;

/**
 * One exit of a trace.
 *
 * @param nanos when the guest was left, in ns since the machine started (CLOCK_MONOTONIC)
 * @param handledNanos from exit to entry without the wait; {@link #UNKNOWN} when the kernel entered
 *     the guest again without telling
 * @param waitedNanos how long the vCPU was halted, or stopped from outside
 * @param address the guest's instruction pointer at the exit
 * @param cpu physical CPU that the guest was left on
 */
public record ExitRecord(
    long nanos,
    long handledNanos,
    long waitedNanos,
    long address,
    int cpu,
    int vcpu,
    ExitKey exit) {
  public static final long UNKNOWN = -1;

  /** What a record takes in the kernel's ring and on the disk. */
  public static final int BYTES = 48;

  public boolean timed() {
    return handledNanos != UNKNOWN;
  }

  /** As programs and people write it, such as {@code 0xffffffff81a2b3c4}. */
  public String addressText() {
    return "0x" + Long.toHexString(address);
  }
}
