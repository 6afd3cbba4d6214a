package dev.lpar.agent.vmexit.tracer;

import dev.lpar.agent.vmexit.ExitRecord;
import dev.lpar.agent.vmexit.counter.CounterLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The tracer's tables in the kernel, and its records, in the ring as in the file that they are kept
 * in.
 */
public final class TraceLayout {
  /** {@code tid, tgid (4 each)} → an exit that hasn't ended: a record without its times. */
  public static final String OPEN = "open";

  /** Records that are to be taken out. */
  public static final String RING = "ring";

  /** Exits that found no room in the ring or the table: one number of 8 bytes. */
  public static final String MISSED = "missed";

  /**
   * Of the ring, in bytes: some 37,000 records. A guest that does nothing but exit makes as many in
   * 20 to 100 ms.
   */
  public static final int RING_SIZE = 1 << 21;

  /** Key of {@link #OPEN}. */
  public static final int THREAD_SIZE = 8;

  /** vCPUs of one guest. */
  public static final int MOST_VCPUS = 1024;

  // A record.
  static final int NANOS = 0;
  static final int HANDLED = 8;
  static final int WAITED = 16;
  static final int ADDRESS = 24;
  static final int CPU = 32;
  static final int VCPU = 36;
  static final int REASON = 40;
  static final int QUALIFIER = 44;
  public static final int RECORD_SIZE = ExitRecord.BYTES;

  private TraceLayout() {}

  /**
   * @param record in the byte order of the machine that recorded it
   */
  public static ExitRecord read(ByteBuffer record) {
    return new ExitRecord(
        record.getLong(NANOS),
        record.getLong(HANDLED),
        record.getLong(WAITED),
        record.getLong(ADDRESS),
        record.getInt(CPU),
        record.getInt(VCPU),
        CounterLayout.exit(record.getInt(REASON), record.getInt(QUALIFIER)));
  }

  /** The other way round: what a blade's kernel would have recorded. */
  public static ByteBuffer write(ExitRecord exit) {
    var record = ByteBuffer.allocate(RECORD_SIZE).order(ByteOrder.nativeOrder());
    record.putLong(NANOS, exit.nanos());
    record.putLong(HANDLED, exit.handledNanos());
    record.putLong(WAITED, exit.waitedNanos());
    record.putLong(ADDRESS, exit.address());
    record.putInt(CPU, exit.cpu());
    record.putInt(VCPU, exit.vcpu());
    record.putInt(REASON, (int) exit.exit().reason());
    record.putInt(
        QUALIFIER, exit.exit().qualifier() | exit.exit().isa().number() << CounterLayout.ISA_SHIFT);
    return record;
  }
}
