package dev.lpar.agent.vmexit;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * VM exits of a guest.
 *
 * @param total since QEMU's start
 * @param last the last whole interval; null before there was one
 */
public record GuestExits(
    ExitSource source, Map<ExitFactor, ExitTally> total, @Nullable Interval last) {

  public GuestExits {
    total = Map.copyOf(total);
  }

  /**
   * What happened in an interval.
   *
   * @param ran how long the vCPUs had CPUs, summed, the handling of their exits included; null when
   *     it isn't known
   * @param delayed how long they were ready and had none, summed: while an exit is handled, another
   *     thread may have the CPU
   */
  public record Interval(
      Duration length, Map<ExitFactor, ExitTally> exits, @Nullable Duration ran, Duration delayed) {

    public Interval {
      exits = Map.copyOf(exits);
    }

    public double perSecond() {
      return count(exits) * 1e9 / length.toNanos();
    }

    /**
     * Share of the vCPUs' run time that went into the handling of exits other than halts, from 0 to
     * 1; empty when it can't be told.
     */
    OptionalDouble overhead() {
      var time = ran;
      if (time == null || time.isZero()) {
        return OptionalDouble.empty();
      }
      long handled =
          exits.entrySet().stream()
              .filter(entry -> entry.getKey().group() != ExitGroup.HALT)
              .mapToLong(entry -> entry.getValue().nanos())
              .sum();
      double busy = Math.max(0, handled - delayed.toNanos());
      return OptionalDouble.of(Math.min(1, busy / time.toNanos()));
    }
  }

  public long count() {
    return count(total);
  }

  /** In percent; null when it can't be told. */
  public @Nullable Double overheadPercent() {
    if (last == null || source != ExitSource.BPF) {
      return null;
    }
    var overhead = last.overhead();
    return overhead.isPresent() ? Double.valueOf(100 * overhead.getAsDouble()) : null;
  }

  /** By group, those alone that there are. */
  public Map<ExitGroup, ExitTally> groups() {
    var groups = new EnumMap<ExitGroup, ExitTally>(ExitGroup.class);
    total.forEach((factor, tally) -> groups.merge(factor.group(), tally, ExitTally::plus));
    return groups;
  }

  private static long count(Map<ExitFactor, ExitTally> exits) {
    return exits.values().stream().mapToLong(ExitTally::count).sum();
  }
}
