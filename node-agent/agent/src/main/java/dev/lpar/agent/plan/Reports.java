package dev.lpar.agent.plan;

import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.PartitionPlanner.Wish;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes reports from what was wanted, seen and decided. */
final class Reports {
  private Reports() {}

  static PartitionReport of(
      Wish wish,
      ObservedPartition seen,
      Situation situation,
      @Nullable String message,
      @Nullable Long pid) {
    var record = seen.record();
    var activated = record == null ? null : record.activated();
    var wanted = wish.wanted();
    boolean live = seen.unit() instanceof Unit.Live;
    return new PartitionReport(
        seen.id(),
        wanted != null ? wanted : activated,
        situation,
        message,
        pid == null || pid <= 0 ? null : pid,
        seen.unit() instanceof Unit.Live(_, var version) ? version : null,
        live && record != null ? record.activatedAt() : null,
        record == null ? 0 : record.restarts(),
        live && wanted != null && activated != null
            ? RestartRequired.fields(wanted, activated)
            : List.of(),
        List.of(),
        null);
  }
}
