package dev.lpar.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The kernel's side is played by the test, as its Documentation/bpf/ringbuf.rst has it. */
class BpfRingTest {
  private static final int PAGE = 4096;
  private static final int BUSY = 1 << 31;
  private static final int DISCARDED = 1 << 30;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment consumer = arena.allocate(PAGE, 8);
  private final MemorySegment producer = arena.allocate(2 * PAGE, 8);
  private final BpfRing ring =
      new BpfRing(new SharedMapping(consumer), new SharedMapping(producer), PAGE, PAGE);
  private long written;

  @AfterEach
  void free() {
    arena.close();
  }

  @Test
  void recordsComeInTheirOrderAlsoOverTheEnd() {
    // Of lengths that end at each place of a word, so that some begin at the ring's last bytes.
    var all = IntStream.range(0, 1_000).mapToObj(i -> i + "x".repeat(i % 97)).toList();
    var drained = new ArrayList<String>();

    for (var record : all) {
      write(record, 0);
      drained.addAll(drain());
    }

    assertTrue(written > 10 * PAGE, "went over the end often enough");
    assertEquals(all, drained);
  }

  @Test
  void manyAreDrainedAtOnce() {
    write("a".repeat(3_000), 0);
    drain();
    var all = IntStream.range(0, 100).mapToObj(i -> "record " + i).toList();

    all.forEach(record -> write(record, 0));

    assertEquals(all, drain());
    assertEquals(List.of(), drain());
  }

  @Test
  void discardedOnesArePassedOver() {
    write("first", 0);
    write("given up", DISCARDED);
    write("last", 0);

    assertEquals(List.of("first", "last"), drain());
  }

  @Test
  void whatIsStillBeingWrittenHoldsUpWhatFollows() {
    write("first", 0);
    long begun = write("slow", BUSY);
    write("last", 0);
    assertEquals(List.of("first"), drain());

    header(begun, "slow".length());

    assertEquals(List.of("slow", "last"), drain());
  }

  private List<String> drain() {
    var records = new ArrayList<String>();
    ring.drain(record -> records.add(text(record)));
    return records;
  }

  private static String text(ByteBuffer record) {
    return StandardCharsets.US_ASCII.decode(record).toString();
  }

  /** Returns where it begins. */
  private long write(String record, int flags) {
    long begin = written;
    header(begin, record.length() | flags);
    var bytes = record.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < bytes.length; i++) {
      producer.set(ValueLayout.JAVA_BYTE, PAGE + (begin + 8 + i) % PAGE, bytes[i]);
    }
    written += 8 + record.length() + 7 & ~7L;
    producer.set(ValueLayout.JAVA_LONG, 0, written);
    return begin;
  }

  private void header(long begin, int word) {
    producer.set(ValueLayout.JAVA_INT, PAGE + begin % PAGE, word);
  }
}
