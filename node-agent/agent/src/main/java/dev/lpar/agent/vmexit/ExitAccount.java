package dev.lpar.agent.vmexit;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the exits of one guest from sample to sample. A change of source begins anew: the figures
 * don't compare.
 */
public final class ExitAccount {
  private final Duration shortest;
  private @Nullable Sample base;
  private GuestExits.@Nullable Interval last;

  /**
   * @param shortest interval that is told of
   */
  public ExitAccount(Duration shortest) {
    this.shortest = shortest;
  }

  /**
   * What is known of a guest at a moment; all of it grows from QEMU's start.
   *
   * @param at on a clock that only goes forward
   * @param ran by its vCPUs; null when not known
   * @param delayed the vCPUs' time ready and without a CPU
   */
  public record Sample(
      Duration at,
      ExitSource source,
      Map<ExitFactor, ExitTally> exits,
      @Nullable Duration ran,
      Duration delayed) {}

  /** By factor. */
  public static Map<ExitFactor, ExitTally> byFactor(Map<ExitKey, ExitTally> exits) {
    var factors = new HashMap<ExitFactor, ExitTally>();
    exits.forEach((key, tally) -> factors.merge(ExitFactors.of(key), tally, ExitTally::plus));
    return factors;
  }

  /** KVM's statistics to ask for, when there is no counter. */
  public static List<String> statistics() {
    return KvmStatistics.names();
  }

  /** By factor, from KVM's statistics; empty when they don't tell. */
  public static Optional<Map<ExitFactor, ExitTally>> byFactorOfStatistics(
      Map<String, Long> statistics) {
    return KvmStatistics.exits(statistics);
  }

  public GuestExits after(Sample now) {
    var since = base;
    if (since == null || since.source != now.source || now.at.compareTo(since.at) < 0) {
      base = now;
      last = null;
    } else if (now.at.minus(since.at).compareTo(shortest) >= 0) {
      last = between(since, now);
      base = now;
    }
    return new GuestExits(now.source, now.exits, last);
  }

  private static GuestExits.Interval between(Sample since, Sample now) {
    var grown = new HashMap<ExitFactor, ExitTally>();
    now.exits.forEach(
        (factor, tally) -> {
          var more = tally.minus(since.exits.getOrDefault(factor, ExitTally.NONE));
          if (more.count() > 0) {
            grown.put(factor, more);
          }
        });
    boolean known = now.ran != null && since.ran != null;
    return new GuestExits.Interval(
        now.at.minus(since.at),
        grown,
        known ? grown(since.ran, now.ran) : null,
        grown(since.delayed, now.delayed));
  }

  private static Duration grown(@Nullable Duration before, @Nullable Duration after) {
    if (before == null || after == null || after.compareTo(before) < 0) {
      return Duration.ZERO;
    }
    return after.minus(before);
  }
}
