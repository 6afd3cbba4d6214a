package dev.lpar.agent.vmexit;

import java.util.Arrays;

/**
 * Exits of one kind.
 *
 * @param nanos from exit to entry, without the waits
 * @param waitedNanos what of exit to entry was waiting: halted, or stopped from outside
 * @param maxNanos the longest, without its wait
 * @param histogram exits that took at least 2^i ns and less than 2^(i+1), for i from 0 to {@link
 *     #BUCKETS} - 1; the first has those under 1 ns too, the last all that took longer
 */
public record ExitTally(long count, long nanos, long waitedNanos, long maxNanos, long[] histogram) {
  public static final int BUCKETS = 32;

  public static final ExitTally NONE = new ExitTally(0, 0, 0, 0, new long[BUCKETS]);

  public ExitTally plus(ExitTally other) {
    var sum = histogram.clone();
    for (int i = 0; i < BUCKETS; i++) {
      sum[i] += other.histogram[i];
    }
    return new ExitTally(
        count + other.count,
        nanos + other.nanos,
        waitedNanos + other.waitedNanos,
        Math.max(maxNanos, other.maxNanos),
        sum);
  }

  /** What came since; the longest is the longest ever, as nothing tells when it was. */
  ExitTally minus(ExitTally before) {
    var more = histogram.clone();
    for (int i = 0; i < BUCKETS; i++) {
      more[i] = Math.max(0, more[i] - before.histogram[i]);
    }
    return new ExitTally(
        Math.max(0, count - before.count),
        Math.max(0, nanos - before.nanos),
        Math.max(0, waitedNanos - before.waitedNanos),
        maxNanos,
        more);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExitTally(var count1, var nanos1, var waited1, var max1, var histogram1)
        && count == count1
        && nanos == nanos1
        && waitedNanos == waited1
        && maxNanos == max1
        && Arrays.equals(histogram, histogram1);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(count) * 31 + Long.hashCode(nanos);
  }
}
