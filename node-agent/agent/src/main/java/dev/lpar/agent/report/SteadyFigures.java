package dev.lpar.agent.report;

import dev.lpar.api.v1alpha1.BladeStatus;
import dev.lpar.api.v1alpha1.BladeStatusBuilder;
import dev.lpar.api.v1alpha1.PartitionCpu.Usage;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.VmExits;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the figures of partitions that go on as before as they were told last, for minutes. Each
 * figure that moves in a Blade is a write of it, and of the Lpar: 10,000 partitions told of twice a
 * minute would be 333 writes a second, and are 33 while they are steady. Prometheus has every
 * figure. Used by one thread.
 */
final class SteadyFigures {
  /** Figures are never older, but for the time a write takes. */
  static final Duration OLDEST = Duration.ofMinutes(5);

  /** A change by less than this part of the larger figure is none to tell at once. */
  private static final double PART = 0.2;

  /** Nor is one by less than so many exits a second. */
  private static final double EXITS = 50;

  /** Nor by so many points of overhead. */
  private static final double POINTS = 0.5;

  /** Nor by so many CPUs. */
  private static final double CPUS = 0.05;

  private final Map<String, Told> told = new HashMap<>();

  private record Told(PartitionStatus status, Instant at) {}

  /** The status with the figures that were told last, where they'll do. */
  BladeStatus steadied(BladeStatus status, Instant now) {
    var partitions = status.partitions();
    return partitions == null
        ? status
        : BladeStatusBuilder.builder(status)
            .partitions(partitions.stream().map(partition -> steadied(partition, now)).toList())
            .build();
  }

  private PartitionStatus steadied(PartitionStatus now, Instant at) {
    var last = told.get(now.id());
    return last == null
            || !at.isBefore(last.at.plus(OLDEST))
            || !goesOn(last.status, now)
            || moved(last.status, now)
        ? now
        : last.status;
  }

  /**
   * These were written.
   *
   * @param at when
   */
  void written(@Nullable List<PartitionStatus> partitions, Instant at) {
    var before = Map.copyOf(told);
    told.clear();
    for (var partition : partitions == null ? List.<PartitionStatus>of() : partitions) {
      var last = before.get(partition.id());
      boolean same = last != null && last.status.equals(partition);
      told.put(partition.id(), same ? last : new Told(partition, at));
    }
  }

  /** Whether nothing differs but figures. */
  private static boolean goesOn(PartitionStatus before, PartitionStatus now) {
    return StatusChange.between(alone(before), alone(now)) != StatusChange.SIGNIFICANT;
  }

  private static BladeStatus alone(PartitionStatus partition) {
    return BladeStatusBuilder.builder().partitions(List.of(partition)).build();
  }

  private static boolean moved(PartitionStatus before, PartitionStatus now) {
    return moved(before.exits(), now.exits())
        || moved(
            before.cpu() == null ? null : before.cpu().usage(),
            now.cpu() == null ? null : now.cpu().usage());
  }

  private static boolean moved(@Nullable VmExits before, @Nullable VmExits now) {
    if (before == null || now == null) {
      return before != now;
    }
    return before.source() != now.source()
        || !Objects.equals(reasons(before), reasons(now))
        || grown(before.total(), now.total())
        || moved(before.perSecond(), now.perSecond(), EXITS)
        || moved(before.overheadPercent(), now.overheadPercent(), POINTS);
  }

  /** A young guest's total is soon out of date. */
  private static boolean grown(@Nullable Long before, @Nullable Long now) {
    return before == null || now == null
        ? !Objects.equals(before, now)
        : Math.abs(now - before) > PART * now;
  }

  private static List<String> reasons(VmExits exits) {
    return exits.findings() == null
        ? List.of()
        : exits.findings().stream().map(finding -> String.valueOf(finding.reason())).toList();
  }

  private static boolean moved(@Nullable Usage before, @Nullable Usage now) {
    if (before == null || now == null) {
      return before != now;
    }
    return moved(before.entitledCpus(), now.entitledCpus(), 0)
        || moved(before.usedCpus(), now.usedCpus(), CPUS)
        || moved(before.stealPercent(), now.stealPercent(), 100 * CPUS)
        || moved(before.throttledPercent(), now.throttledPercent(), 100 * CPUS);
  }

  private static boolean moved(@Nullable String before, @Nullable String now, double least) {
    if (before == null || now == null) {
      return !Objects.equals(before, now);
    }
    double was = Double.parseDouble(before);
    double is = Double.parseDouble(now);
    return Math.abs(is - was) > Math.max(least, PART * Math.max(Math.abs(was), Math.abs(is)));
  }
}
