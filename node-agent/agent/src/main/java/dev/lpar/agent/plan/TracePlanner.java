package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.EndTrace;
import dev.lpar.agent.plan.HostStep.RemoveTrace;
import dev.lpar.agent.plan.HostStep.StartTrace;
import dev.lpar.agent.plan.HostStep.TraceStep;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.TracePlan.Phase;
import dev.lpar.agent.plan.TracePlan.Report;
import dev.lpar.agent.vmexit.ExitRecord;
import dev.lpar.agent.vmexit.FactorNames;
import dev.lpar.model.LparId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides which trace of VM exits is begun, ended and removed. One at a time is taken on a blade:
 * what a trace costs the other guests stays what one costs.
 */
final class TracePlanner {
  /** All records of a blade together. A trace counts with all that it may come to take. */
  static final long MOST_BYTES = 1L << 30;

  private final ObservedHost host;
  private final List<TraceStep> steps = new ArrayList<>();
  private final List<Report> reports = new ArrayList<>();
  private boolean taken;
  private long bytes;

  private TracePlanner(ObservedHost host) {
    this.host = host;
    this.taken = host.traces().stream().anyMatch(trace -> trace.ended() == null);
    this.bytes = host.traces().stream().mapToLong(ObservedTrace::sizeBytes).sum();
  }

  static TracePlan plan(Desired desired, ObservedHost host) {
    var planner = new TracePlanner(host);
    planner.endOfGuests();
    if (desired instanceof Desired.Known known) {
      planner.remove(known.traces());
      known.traces().forEach(planner::serve);
    }
    return new TracePlan(planner.steps, planner.reports);
  }

  private void endOfGuests() {
    for (var trace : host.traces()) {
      var pid = pid(trace.partition());
      if (trace.ended() == null && (pid.isEmpty() || pid.getAsLong() != trace.pid())) {
        steps.add(new EndTrace(trace.id(), TraceReason.GUEST_ENDED));
      }
    }
  }

  private void remove(List<TraceOrder> wanted) {
    var ids = new HashSet<TraceId>();
    wanted.forEach(order -> ids.add(order.id()));
    for (var trace : host.traces()) {
      if (!ids.contains(trace.id())) {
        steps.add(new RemoveTrace(trace.id()));
      }
    }
  }

  private void serve(TraceOrder order) {
    var observed =
        host.traces().stream().filter(trace -> trace.id().equals(order.id())).findFirst();
    reports.add(observed.isPresent() ? told(observed.get()) : begun(order));
  }

  private static Report told(ObservedTrace trace) {
    var ended = trace.ended();
    if (ended == null) {
      return new Report(trace.id(), Phase.TRACING, TraceReason.RECORDING, null, trace);
    }
    var phase = ended.reason() == TraceReason.TRACER_REFUSED ? Phase.FAILED : Phase.COMPLETE;
    return new Report(trace.id(), phase, ended.reason(), ended.message(), trace);
  }

  private Report begun(TraceOrder order) {
    for (var factor : order.filter().factors()) {
      if (!FactorNames.mayBe(factor)) {
        return new Report(
            order.id(),
            Phase.FAILED,
            TraceReason.UNKNOWN_FACTOR,
            "spec.filter.factors: there is no factor \"%s\"; docs/reference/vm-exits.md has them all"
                .formatted(factor),
            null);
      }
    }
    var unavailable = host.exits().unavailable();
    if (unavailable != null) {
      return waits(order, TraceReason.EXITS_NOT_COUNTED, unavailable);
    }
    var pid = pid(order.partition());
    if (pid.isEmpty()) {
      return waits(order, TraceReason.GUEST_NOT_RUNNING, null);
    }
    if (taken) {
      return waits(order, TraceReason.ANOTHER_TRACE_RUNS, null);
    }
    long most = (long) order.maxRecords() * ExitRecord.BYTES;
    if (bytes + most > MOST_BYTES) {
      return waits(
          order,
          TraceReason.NO_ROOM,
          "traces on this blade take %d Mi of %d Mi, and this one may take %d Mi more: delete an ExitTrace, or ask for a smaller spec.maxRecords"
              .formatted(bytes >> 20, MOST_BYTES >> 20, most >> 20));
    }
    taken = true;
    bytes += most;
    steps.add(new StartTrace(order, pid.getAsLong()));
    return new Report(order.id(), Phase.TRACING, TraceReason.RECORDING, null, null);
  }

  private static Report waits(TraceOrder order, TraceReason reason, @Nullable String message) {
    return new Report(order.id(), Phase.PENDING, reason, message, null);
  }

  private OptionalLong pid(LparId partition) {
    return host.partition(partition).unit() instanceof Unit.Live(var pid, _)
        ? OptionalLong.of(pid)
        : OptionalLong.empty();
  }
}
