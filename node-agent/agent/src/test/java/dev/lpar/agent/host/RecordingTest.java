package dev.lpar.agent.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.Intents;
import dev.lpar.agent.plan.ObservedTrace;
import dev.lpar.agent.plan.TraceId;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.agent.plan.TraceReason;
import dev.lpar.agent.vmexit.ExitGroup;
import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitRecord;
import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.TraceFilter;
import dev.lpar.agent.vmexit.tracer.TraceLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  private static final TraceId ID = new TraceId("11111111-0000-4000-8000-000000000001");
  private static final ExitKey CPUID = new ExitKey(Isa.SVM, 0x72, 0);
  private static final ExitKey HLT = new ExitKey(Isa.SVM, 0x78, 0);

  @TempDir Path folder;
  private final Stream stream = new Stream();
  private TraceFiles files;

  /** A kernel's ring that a test fills. */
  private static final class Stream implements ExitStream {
    final Queue<ExitRecord> ring = new ConcurrentLinkedQueue<>();

    /** What comes between the last look and the end. */
    final List<ExitRecord> late = new ArrayList<>();

    volatile boolean fault;
    volatile boolean stopped;
    volatile boolean closed;

    @Override
    public void drain(Consumer<ByteBuffer> record) {
      if (fault) {
        throw new IllegalStateException("a fault");
      }
      for (var exit = ring.poll(); exit != null; exit = ring.poll()) {
        record.accept(TraceLayout.write(exit));
      }
    }

    @Override
    public void stop() {
      stopped = true;
      ring.addAll(late);
    }

    @Override
    public long missed() {
      return 3;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @BeforeEach
  void begin() throws Exception {
    files = new TraceFiles(folder);
    files.save(new ObservedTrace(ID, Intents.A, 4711, 0, Instant.EPOCH, null));
  }

  private CompletableFuture<Recording.End> record(Duration duration, int most, TraceFilter filter)
      throws Exception {
    return started(new Recording(order(duration, most, filter), stream, files));
  }

  private static CompletableFuture<Recording.End> started(Recording recording) {
    var end = new CompletableFuture<Recording.End>();
    recording.start(end::complete);
    return end;
  }

  private static TraceOrder order(Duration duration, int most, TraceFilter filter) {
    return new TraceOrder(ID, "shop", "trace", Intents.A, duration, most, filter);
  }

  private static ExitRecord exit(long nanos, ExitKey key) {
    return new ExitRecord(nanos, 1000 + nanos, 0, 0xfff0, 1, 0, key);
  }

  private List<Long> kept() throws Exception {
    var bytes =
        ByteBuffer.wrap(Files.readAllBytes(files.file(ID).orElseThrow()))
            .order(ByteOrder.nativeOrder());
    var times = new ArrayList<Long>();
    for (int at = 0; at < bytes.limit(); at += TraceLayout.RECORD_SIZE) {
      times.add(
          TraceLayout.read(bytes.slice(at, TraceLayout.RECORD_SIZE).order(ByteOrder.nativeOrder()))
              .nanos());
    }
    return times;
  }

  @Test
  void endsWhenItsTimeIsUpWithWhatCameLast() throws Exception {
    stream.ring.addAll(List.of(exit(1, CPUID), exit(2, HLT)));
    stream.late.add(exit(3, CPUID));
    var end = record(Duration.ofMillis(100), 1000, TraceFilter.ALL).get(10, TimeUnit.SECONDS);
    assertEquals(TraceReason.TIME_UP, end.reason());
    assertEquals(3, end.result().records());
    assertEquals(3, end.result().lost());
    assertEquals("CPUID", end.result().factors().getFirst().of().name());
    assertEquals(List.of(1L, 2L, 3L), kept());
    assertTrue(stream.stopped && stream.closed);
  }

  @Test
  void endsWithItsLastRecordAndNoneMore() throws Exception {
    for (int i = 0; i < 5000; i++) {
      stream.ring.add(exit(i, CPUID));
    }
    stream.late.add(exit(9999, CPUID));
    var end = record(Duration.ofHours(1), 3000, TraceFilter.ALL).get(10, TimeUnit.SECONDS);
    assertEquals(TraceReason.RECORD_LIMIT, end.reason());
    assertEquals(3000, end.result().records());
    assertEquals(3000, kept().size());
    assertEquals(2999L, kept().getLast());
  }

  @Test
  void keepsWhatTheFilterAdmits() throws Exception {
    stream.ring.addAll(List.of(exit(1, CPUID), exit(2, HLT), exit(3, CPUID)));
    var filter = new TraceFilter(Set.of(ExitGroup.HALT), Set.of(), null, 0);
    var end = record(Duration.ofMillis(50), 1000, filter).get(10, TimeUnit.SECONDS);
    assertEquals(1, end.result().records());
    assertEquals(List.of(2L), kept());
  }

  @Test
  void isEndedFromOutside() throws Exception {
    var recording = new Recording(order(Duration.ofHours(1), 1000, TraceFilter.ALL), stream, files);
    var end = started(recording);
    recording.end(TraceReason.GUEST_ENDED);
    assertTrue(stream.closed, "it has ended when that returns");
    assertEquals(TraceReason.GUEST_ENDED, end.get(10, TimeUnit.SECONDS).reason());
    recording.end(TraceReason.TIME_UP);
  }

  @Test
  void oneThatFailsEndsAndSaysWhy() throws Exception {
    stream.fault = true;
    var end = record(Duration.ofHours(1), 1000, TraceFilter.ALL).get(10, TimeUnit.SECONDS);
    assertEquals(TraceReason.TRACER_REFUSED, end.reason());
    assertEquals("java.lang.IllegalStateException: a fault", end.message());
    assertTrue(stream.closed);
  }

  @Test
  void oneThatHasNoFileLetsGoOfTheKernel() throws Exception {
    files.remove(ID);
    assertThrows(
        IOException.class,
        () -> new Recording(order(Duration.ofHours(1), 1000, TraceFilter.ALL), stream, files));
    assertTrue(stream.closed);
  }

  @Test
  void whatEndedIsReadAgainAndRemovedWhole() throws Exception {
    stream.ring.addAll(List.of(exit(1, CPUID), exit(2, HLT)));
    var end = record(Duration.ofMillis(50), 1000, TraceFilter.ALL).get(10, TimeUnit.SECONDS);
    var trace =
        new ObservedTrace(
            ID,
            Intents.A,
            4711,
            96,
            Instant.EPOCH,
            new ObservedTrace.Ended(
                end.reason(), "why", Instant.EPOCH.plusSeconds(1), end.result()));
    files.save(trace);
    Files.createDirectories(folder.resolve("22222222-0000-4000-8000-000000000002"));
    assertEquals(List.of(trace), List.copyOf(new TraceFiles(folder).read().values()));
    files.remove(ID);
    try (var left = Files.list(folder)) {
      assertEquals(List.of(), left.toList(), "what can't be read is gone too");
    }
  }
}
