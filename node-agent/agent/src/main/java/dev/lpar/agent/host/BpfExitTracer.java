package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedTrace;
import dev.lpar.agent.plan.ObservedTrace.Ended;
import dev.lpar.agent.plan.ObservedTrace.Result;
import dev.lpar.agent.plan.TraceId;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.agent.plan.TraceReason;
import dev.lpar.agent.vmexit.counter.UnusableFormatException;
import dev.lpar.agent.vmexit.tracer.TraceLayout;
import dev.lpar.agent.vmexit.tracer.TracerPrograms;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tracer by BPF programs, which are attached while a trace is taken and go with the agent: a
 * trace that an earlier agent was taking has ended.
 */
public final class BpfExitTracer implements ExitTracer {
  private static final System.Logger LOG = System.getLogger(BpfExitTracer.class.getName());

  private static final String EXIT = "kvm_exit";
  private static final String ENTRY = "kvm_entry";

  private final KvmTracepoints tracepoints;
  private final Path bpf;
  private final TraceFiles files;
  private final InstantSource clock;
  private final Runnable traceEnded;
  private final Map<TraceId, ObservedTrace> known = new ConcurrentHashMap<>();
  private final Map<TraceId, Recording> running = new HashMap<>();

  /**
   * Takes over what earlier agents have left.
   *
   * @param tracing tracefs, such as {@code /sys/kernel/tracing}
   * @param bpf a BPF file system, such as {@code /sys/fs/bpf}
   * @param traceEnded called when a trace has ended by itself
   */
  public BpfExitTracer(
      Path tracing, Path bpf, TraceFiles files, InstantSource clock, Runnable traceEnded) {
    this.tracepoints = new KvmTracepoints(tracing);
    this.bpf = bpf;
    this.files = files;
    this.clock = clock;
    this.traceEnded = traceEnded;
    known.putAll(files.read());
    known.replaceAll((_, trace) -> trace.ended() == null ? abandoned(trace) : trace);
  }

  private ObservedTrace abandoned(ObservedTrace trace) {
    long records = 0;
    try {
      records = files.records(trace.id());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "trace {0}: {1}", trace.id(), e.toString());
    }
    return ended(
        trace,
        new Ended(
            TraceReason.AGENT_ENDED,
            "the agent ended while it traced; what it had written is there",
            clock.instant(),
            new Result(records, 0, List.of(), List.of())));
  }

  @Override
  public List<ObservedTrace> traces() {
    return known.values().stream().sorted((a, b) -> a.id().compareTo(b.id())).toList();
  }

  @Override
  public void start(TraceOrder order, long pid) {
    if (known.containsKey(order.id())) {
      return;
    }
    var trace =
        new ObservedTrace(
            order.id(),
            order.partition(),
            pid,
            (long) order.maxRecords() * TraceLayout.RECORD_SIZE,
            clock.instant(),
            null);
    Recording recording;
    try {
      files.save(trace);
      recording = new Recording(order, stream(order, pid), files);
    } catch (IOException | UnusableFormatException e) {
      ended(
          trace,
          new Ended(
              TraceReason.TRACER_REFUSED,
              String.valueOf(e.getMessage()),
              clock.instant(),
              Result.NONE));
      return;
    }
    known.put(order.id(), trace);
    synchronized (running) {
      running.put(order.id(), recording);
    }
    LOG.log(Level.INFO, "trace {0} of {1} begins", order.displayName(), order.partition());
    recording.start(end -> done(trace, end));
  }

  private ExitStream stream(TraceOrder order, long pid)
      throws IOException, UnusableFormatException {
    var formats = tracepoints.formats(List.of(EXIT, ENTRY), List.of());
    return BpfExitStream.attach(
        TracerPrograms.of(
            Objects.requireNonNull(formats.get(EXIT)),
            Objects.requireNonNull(formats.get(ENTRY)),
            Math.toIntExact(pid),
            Math.toIntExact(order.filter().minNanos())),
        BpfExitCounter.vcpus(bpf));
  }

  private void done(ObservedTrace trace, Recording.End end) {
    ended(trace, new Ended(end.reason(), end.message(), clock.instant(), end.result()));
    synchronized (running) {
      running.remove(trace.id());
    }
    traceEnded.run();
  }

  /** What is told from now on, also by later agents. */
  private ObservedTrace ended(ObservedTrace trace, Ended how) {
    var ended =
        new ObservedTrace(
            trace.id(),
            trace.partition(),
            trace.pid(),
            how.result().records() * TraceLayout.RECORD_SIZE,
            trace.startedAt(),
            how);
    known.put(trace.id(), ended);
    try {
      files.save(ended);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "trace {0}: its end isn''t written down: {1}", trace.id(), e);
    }
    return ended;
  }

  @Override
  public void end(TraceId trace, TraceReason why) {
    var recording = recording(trace);
    if (recording != null) {
      recording.end(why);
    }
  }

  @Override
  public void remove(TraceId trace) {
    end(trace, TraceReason.TIME_UP);
    try {
      files.remove(trace);
    } catch (IOException e) {
      throw new HostException("can't remove trace " + trace + ": " + e.getMessage(), e);
    }
    known.remove(trace);
  }

  private @Nullable Recording recording(TraceId trace) {
    synchronized (running) {
      return running.get(trace);
    }
  }
}
