package dev.lpar.agent.report;

import dev.lpar.agent.plan.ObservedTrace;
import dev.lpar.agent.plan.TraceId;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.agent.plan.TracePlan;
import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.ExitGroup;
import dev.lpar.agent.vmexit.TraceDigest.Instruction;
import dev.lpar.agent.vmexit.TraceDigest.Line;
import dev.lpar.agent.vmexit.TraceFilter;
import dev.lpar.api.v1alpha1.BladeTrace;
import dev.lpar.api.v1alpha1.BladeTraceStatus;
import dev.lpar.api.v1alpha1.ExitTraceFilter;
import dev.lpar.api.v1alpha1.TracePhase;
import dev.lpar.api.v1alpha1.TraceReason;
import dev.lpar.api.v1alpha1.TraceResult;
import dev.lpar.api.v1alpha1.VmExits;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Traces of VM exits as the Blade's spec asks for them, and as its status tells of them. */
final class TraceStatuses {
  private static final long NANOS_PER_MICRO = 1000;

  private TraceStatuses() {}

  static List<TraceOrder> orders(@Nullable List<BladeTrace> traces) {
    return traces == null ? List.of() : traces.stream().map(TraceStatuses::order).toList();
  }

  private static TraceOrder order(BladeTrace trace) {
    return new TraceOrder(
        new TraceId(trace.id()),
        trace.namespace(),
        trace.name(),
        new LparId(trace.partition()),
        Duration.ofSeconds(trace.durationSeconds()),
        trace.maxRecords(),
        trace.filter() == null ? TraceFilter.ALL : filter(trace.filter()));
  }

  private static TraceFilter filter(ExitTraceFilter filter) {
    return new TraceFilter(
        filter.groups() == null
            ? Set.of()
            : filter.groups().stream().map(TraceStatuses::group).collect(Collectors.toSet()),
        filter.factors() == null ? Set.of() : Set.copyOf(filter.factors()),
        filter.vcpus() == null ? null : CpuSet.parse(filter.vcpus()),
        filter.minMicros() == null ? 0 : filter.minMicros() * NANOS_PER_MICRO);
  }

  private static ExitGroup group(String name) {
    return Arrays.stream(ExitGroup.values())
        .filter(group -> group.text().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no group of VM exits: " + name));
  }

  static @Nullable List<BladeTraceStatus> of(TracePlan traces) {
    return traces.reports().isEmpty()
        ? null
        : traces.reports().stream().map(TraceStatuses::status).toList();
  }

  private static BladeTraceStatus status(TracePlan.Report report) {
    return new BladeTraceStatus(
        report.id().text(),
        TracePhase.valueOf(report.phase().name()),
        TraceReason.valueOf(report.reason().name()),
        report.message(),
        report.observed() == null ? null : result(report.observed()));
  }

  private static TraceResult result(ObservedTrace trace) {
    var started = trace.startedAt().toString();
    var ended = trace.ended();
    if (ended == null) {
      return new TraceResult(started, null, null, null, null, null, null);
    }
    var result = ended.result();
    return new TraceResult(
        started,
        ended.at().toString(),
        result.records(),
        result.lost(),
        trace.sizeBytes(),
        orNull(result.factors().stream().map(TraceStatuses::factor).toList()),
        orNull(result.instructions().stream().map(TraceStatuses::instruction).toList()));
  }

  /** An empty list isn't stored, and so isn't there when the status is read. */
  private static <T> @Nullable List<T> orNull(List<T> list) {
    return list.isEmpty() ? null : list;
  }

  private static VmExits.Factor factor(Line<ExitFactor> line) {
    return new VmExits.Factor(
        line.of().name(),
        line.of().group().text(),
        line.sum().count(),
        CpuStatuses.decimals(3, line.sum().nanos() / 1e9),
        line.sum().maxNanos() / NANOS_PER_MICRO);
  }

  private static TraceResult.Instruction instruction(Line<Instruction> line) {
    return new TraceResult.Instruction(
        "0x" + Long.toHexString(line.of().address()),
        line.of().factor().name(),
        line.sum().count(),
        CpuStatuses.decimals(6, line.sum().nanos() / 1e9));
  }
}
