package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedTrace;
import dev.lpar.agent.plan.ObservedTrace.Ended;
import dev.lpar.agent.plan.ObservedTrace.Result;
import dev.lpar.agent.plan.TraceId;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.agent.plan.TraceReason;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** A tracer whose traces a test ends. */
public final class FakeTracer implements ExitTracer {
  private final TreeMap<TraceId, ObservedTrace> traces = new TreeMap<>();

  /** Why nothing can be traced; empty when it can. */
  public String refusal = "";

  @Override
  public List<ObservedTrace> traces() {
    return List.copyOf(traces.values());
  }

  @Override
  public void start(TraceOrder order, long pid) {
    traces.putIfAbsent(
        order.id(),
        new ObservedTrace(
            order.id(), order.partition(), pid, order.maxRecords() * 48L, Instant.EPOCH, null));
    if (!refusal.isEmpty()) {
      ended(order.id(), TraceReason.TRACER_REFUSED, refusal, 0);
    }
  }

  @Override
  public void end(TraceId trace, TraceReason why) {
    ended(trace, why, null, 10);
  }

  /** As a trace ends by itself. */
  public void ended(TraceId id, TraceReason why, String message, long records) {
    traces.computeIfPresent(
        id,
        (_, trace) ->
            trace.ended() != null
                ? trace
                : new ObservedTrace(
                    id,
                    trace.partition(),
                    trace.pid(),
                    records * 48,
                    trace.startedAt(),
                    new Ended(
                        why,
                        message,
                        Instant.EPOCH.plusSeconds(10),
                        new Result(records, 0, List.of(), List.of()))));
  }

  @Override
  public void remove(TraceId trace) {
    traces.remove(trace);
  }
}
