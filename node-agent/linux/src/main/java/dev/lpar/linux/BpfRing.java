package dev.lpar.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Takes out what BPF programs of all CPUs put into a {@link BpfMap.Kind#RING}, in the order they
 * put it in (the kernel's Documentation/bpf/ringbuf.rst). Two processes must not read one ring, and
 * one thread alone may use this.
 */
public final class BpfRing implements AutoCloseable {
  private static final VarHandle POSITION = JAVA_LONG.varHandle();
  private static final VarHandle HEADER = JAVA_INT.varHandle();

  /** Before each record: a word with its length and two flags, a word of the kernel's own. */
  private static final int HEADER_SIZE = 8;

  /** BPF_RINGBUF_BUSY_BIT: it is still being written. */
  private static final int BUSY = 1 << 31;

  /** BPF_RINGBUF_DISCARD_BIT: it isn't to be read. */
  private static final int DISCARDED = 1 << 30;

  /** How far this has read. */
  private final SharedMapping consumer;

  /** How far the programs have written, and from its second page on the records. */
  private final SharedMapping producer;

  private final MemorySegment records;
  private final long mask;

  /**
   * @param producer a page, and then the records
   * @param size of the records, in bytes
   */
  BpfRing(SharedMapping consumer, SharedMapping producer, int pageSize, long size) {
    this.consumer = consumer;
    this.producer = producer;
    this.records = producer.memory().asSlice(pageSize);
    this.mask = size - 1;
  }

  /**
   * @param map of kind RING; its size in bytes is a power of two, and whole pages
   */
  public static BpfRing of(BpfMap map) throws SyscallException {
    int page = SharedMapping.pageSize();
    long size = map.shape().maxEntries();
    var consumer =
        SharedMapping.of(
            map.descriptor(), 0, page, SharedMapping.PROT_READ | SharedMapping.PROT_WRITE);
    try {
      // The kernel offers the records twice in a row, so that each is in one piece, and counts them
      // twice as this process's memory then.
      return new BpfRing(
          consumer,
          SharedMapping.of(map.descriptor(), page, page + size, SharedMapping.PROT_READ),
          page,
          size);
    } catch (SyscallException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Takes all that is complete; never waits.
   *
   * @param record takes each, in the machine's byte order; it is valid during the call
   */
  public void drain(Consumer<ByteBuffer> record) {
    long at = (long) POSITION.get(consumer.memory(), 0L);
    long end = (long) POSITION.getAcquire(producer.memory(), 0L);
    while (at < end) {
      long place = at & mask;
      int header = (int) HEADER.getAcquire(records, place);
      if ((header & BUSY) != 0) {
        return;
      }
      int length = header & ~DISCARDED;
      if ((header & DISCARDED) == 0) {
        record.accept(bytes(place + HEADER_SIZE & mask, length).order(ByteOrder.nativeOrder()));
      }
      at += HEADER_SIZE + length + 7 & ~7L;
      POSITION.setRelease(consumer.memory(), 0L, at);
    }
  }

  /** In one piece, also where they go over the ring's end. */
  private ByteBuffer bytes(long from, int length) {
    int beforeEnd = Math.toIntExact(Math.min(length, mask + 1 - from));
    var first = records.asSlice(from, beforeEnd).asByteBuffer();
    if (beforeEnd == length) {
      return first;
    }
    var second = records.asSlice(0, length - beforeEnd).asByteBuffer();
    return ByteBuffer.allocate(length).put(first).put(second).flip();
  }

  @Override
  public void close() throws SyscallException {
    try {
      producer.close();
    } finally {
      consumer.close();
    }
  }
}
