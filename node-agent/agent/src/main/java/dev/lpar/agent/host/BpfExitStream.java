package dev.lpar.agent.host;

import dev.lpar.agent.vmexit.counter.CounterLayout;
import dev.lpar.agent.vmexit.counter.CounterPrograms.Attached;
import dev.lpar.agent.vmexit.tracer.TraceLayout;
import dev.lpar.linux.BpfLink;
import dev.lpar.linux.BpfMap;
import dev.lpar.linux.BpfMap.Kind;
import dev.lpar.linux.BpfMap.Shape;
import dev.lpar.linux.BpfRing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The tracer's tables and programs in the kernel. They have no names: they go with the process. */
final class BpfExitStream implements ExitStream {
  private static final byte[] ONLY_KEY = new byte[4];
  private static final Shape OPEN =
      new Shape(
          Kind.HASH, TraceLayout.THREAD_SIZE, TraceLayout.RECORD_SIZE, TraceLayout.MOST_VCPUS);
  private static final Shape RING = new Shape(Kind.RING, 0, 0, TraceLayout.RING_SIZE);
  private static final Shape MISSED = new Shape(Kind.ARRAY, 4, 8, 1);

  private final BpfMap missed;
  private final BpfRing ring;
  private final Deque<BpfLink> links;
  private final Deque<AutoCloseable> all;

  private BpfExitStream(
      BpfMap missed, BpfRing ring, Deque<BpfLink> links, Deque<AutoCloseable> all) {
    this.missed = missed;
    this.ring = ring;
    this.links = links;
    this.all = all;
  }

  /**
   * @param vcpus the counter's table; closed with the stream
   */
  static BpfExitStream attach(List<Attached> programs, BpfMap vcpus) throws IOException {
    var all = new ArrayDeque<AutoCloseable>();
    var links = new ArrayDeque<BpfLink>();
    try {
      all.push(vcpus);
      var open = pushed(all, BpfMap.create(OPEN));
      var records = pushed(all, BpfMap.create(RING));
      var missed = pushed(all, BpfMap.create(MISSED));
      var ring = pushed(all, BpfRing.of(records));
      var maps =
          Map.of(
              CounterLayout.VCPUS,
              vcpus,
              TraceLayout.OPEN,
              open,
              TraceLayout.RING,
              records,
              TraceLayout.MISSED,
              missed);
      for (var program : programs) {
        links.push(pushed(all, BpfLink.attach(program.tracepoint().id(), program.program(), maps)));
      }
      return new BpfExitStream(missed, ring, links, all);
    } catch (IOException e) {
      closeAll(all);
      throw e;
    }
  }

  private static <T extends AutoCloseable> T pushed(Deque<AutoCloseable> all, T opened) {
    all.push(opened);
    return opened;
  }

  @Override
  public void drain(Consumer<ByteBuffer> record) {
    ring.drain(record);
  }

  @Override
  public void stop() throws IOException {
    while (!links.isEmpty()) {
      var link = links.pop();
      all.remove(link);
      link.close();
    }
  }

  @Override
  public long missed() throws IOException {
    return missed.get(ONLY_KEY).map(ByteBuffer::getLong).orElse(0L);
  }

  /** What its programs took so far, where the kernel keeps count. */
  long nanos() throws IOException {
    long nanos = 0;
    for (var link : links) {
      nanos += link.cost().nanos();
    }
    return nanos;
  }

  @Override
  public void close() throws IOException {
    closeAll(all);
  }

  /** In the order that undoes what was done; goes on where one can't be closed. */
  private static void closeAll(Deque<AutoCloseable> all) throws IOException {
    var failure = new IOException("the tracer can't be taken down");
    while (!all.isEmpty()) {
      try {
        all.pop().close();
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }
}
