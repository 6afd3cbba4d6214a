package dev.lpar.linux;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** The entries of a {@link BpfMap.Kind#MAPPED_ARRAY}, in this process's memory. */
public final class BpfArray implements AutoCloseable {
  private static final VarHandle DOUBLEWORD = ValueLayout.JAVA_LONG.varHandle();

  private final SharedMapping mapping;
  private final int size;
  private final int entries;

  private BpfArray(SharedMapping mapping, int size, int entries) {
    this.mapping = mapping;
    this.size = size;
    this.entries = entries;
  }

  /**
   * @param map is needed no more once this has returned
   */
  public static BpfArray of(BpfMap map) throws SyscallException {
    var shape = map.shape();
    if (shape.kind() != BpfMap.Kind.MAPPED_ARRAY) {
      throw new IllegalArgumentException("not to be mapped: " + shape);
    }
    // The kernel has each entry at a multiple of 8 bytes, and gives whole pages alone.
    int size = Math.ceilDiv(shape.valueSize(), Long.BYTES) * Long.BYTES;
    long page = SharedMapping.pageSize();
    long length = Math.ceilDiv((long) size * shape.maxEntries(), page) * page;
    return new BpfArray(
        SharedMapping.of(
            map.descriptor(), 0, length, SharedMapping.PROT_READ | SharedMapping.PROT_WRITE),
        size,
        shape.maxEntries());
  }

  public int entries() {
    return entries;
  }

  /**
   * A doubleword of an entry, read in one step.
   *
   * @param offset in bytes, a multiple of 8
   */
  public long get(int entry, int offset) {
    return (long) DOUBLEWORD.getAcquire(mapping.memory(), at(entry, offset));
  }

  /** Writes a doubleword of an entry in one step. */
  public void set(int entry, int offset, long value) {
    DOUBLEWORD.setRelease(mapping.memory(), at(entry, offset), value);
  }

  private long at(int entry, int offset) {
    if (entry < 0 || entry >= entries || offset < 0 || offset >= size) {
      throw new IndexOutOfBoundsException("entry " + entry + ", offset " + offset);
    }
    return (long) entry * size + offset;
  }

  @Override
  public void close() throws SyscallException {
    mapping.close();
  }
}
