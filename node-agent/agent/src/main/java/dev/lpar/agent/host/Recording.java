package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedTrace.Result;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.agent.plan.TraceReason;
import dev.lpar.agent.vmexit.ExitFactors;
import dev.lpar.agent.vmexit.TraceDigest;
import dev.lpar.agent.vmexit.tracer.TraceLayout;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A trace while it is taken: from the stream through the filter to the file, in a thread of its
 * own.
 */
final class Recording {
  private static final System.Logger LOG = System.getLogger(Recording.class.getName());

  /** Between looks at the stream: what a guest does meanwhile has room in it. */
  private static final long PAUSE_MILLIS = 10;

  private static final long DISK_LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Of each list of the result. */
  private static final int LINES = 12;

  private final TraceOrder order;
  private final ExitStream stream;
  private final TraceFiles files;
  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.allocate(1024 * TraceLayout.RECORD_SIZE);
  private final TraceDigest digest = new TraceDigest();
  private final CountDownLatch wanted = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile TraceReason why = TraceReason.TIME_UP;
  private long records;
  private @Nullable Exception failure;

  /**
   * How it ended.
   *
   * @param message null where the reason says it all
   */
  record End(TraceReason reason, @Nullable String message, Result result) {}

  /**
   * @param stream closed with the recording
   */
  Recording(TraceOrder order, ExitStream stream, TraceFiles files) throws IOException {
    this.order = order;
    this.stream = stream;
    this.files = files;
    try {
      this.file = files.create(order.id());
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  /**
   * @param ended called when all is on the disk
   */
  void start(Consumer<End> ended) {
    Thread.ofVirtual()
        .name("trace " + order.id())
        .start(
            () -> {
              try {
                ended.accept(record());
              } finally {
                over.countDown();
              }
            });
  }

  /** Ends it, unless it has ended; it has when this returns. */
  void end(TraceReason reason) {
    if (wanted.getCount() > 0) {
      why = reason;
    }
    wanted.countDown();
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private End record() {
    try (stream;
        file) {
      var reason = untilItEnds();
      stream.stop();
      stream.drain(this::take);
      if (failure == null) {
        flush();
      }
      return end(reason, stream.missed());
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "trace " + order.displayName(), e);
      failure = e;
      return end(TraceReason.TRACER_REFUSED, 0);
    }
  }

  private End end(TraceReason reason, long missed) {
    var broken = failure;
    return new End(
        broken == null ? reason : TraceReason.TRACER_REFUSED,
        broken == null ? null : broken.toString(),
        new Result(records, missed, digest.factors(LINES), digest.instructions(LINES)));
  }

  private TraceReason untilItEnds() throws IOException {
    long start = System.nanoTime();
    long diskLook = start;
    while (true) {
      stream.drain(this::take);
      if (failure != null) {
        return TraceReason.TRACER_REFUSED;
      }
      flush();
      long now = System.nanoTime();
      if (records >= order.maxRecords()) {
        return TraceReason.RECORD_LIMIT;
      }
      if (now - start >= order.duration().toNanos()) {
        return TraceReason.TIME_UP;
      }
      if (now - diskLook >= 0) {
        diskLook = now + DISK_LOOK_NANOS;
        if (files.low()) {
          return TraceReason.DISK_LOW;
        }
      }
      try {
        if (wanted.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
          return why;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return TraceReason.AGENT_ENDED;
      }
    }
  }

  private void take(ByteBuffer record) {
    var exit = TraceLayout.read(record);
    var factor = ExitFactors.of(exit.exit());
    if (failure != null || records >= order.maxRecords() || !order.filter().keeps(exit, factor)) {
      return;
    }
    digest.add(exit, factor);
    records++;
    buffer.put(record.rewind());
    if (!buffer.hasRemaining()) {
      try {
        flush();
      } catch (IOException e) {
        failure = e;
      }
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }
}
