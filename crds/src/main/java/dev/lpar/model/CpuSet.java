package dev.lpar.model;

import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * A set of CPU numbers, immutable. The text form is the kernel's list format ("0-1,8"; see
 * Documentation/admin-guide/cputopology.rst).
 */
public final class CpuSet {
  public static final CpuSet EMPTY = new CpuSet(new BitSet());

  /** Above any kernel's NR_CPUS: what is larger is a mistake in the text. */
  private static final int MOST = 1 << 16;

  private final BitSet cpus;

  private CpuSet(BitSet cpus) {
    this.cpus = cpus;
  }

  public static CpuSet of(int... cpus) {
    var set = new BitSet();
    for (int cpu : cpus) {
      set.set(cpu);
    }
    return new CpuSet(set);
  }

  /** Parses the kernel's list format; blank text is the empty set. */
  public static CpuSet parse(String text) {
    var set = new BitSet();
    var trimmed = text.strip();
    if (trimmed.isEmpty()) {
      return EMPTY;
    }
    for (String part : trimmed.split(",", -1)) {
      int dash = part.indexOf('-');
      int first = number(text, dash < 0 ? part : part.substring(0, dash));
      int last = dash < 0 ? first : number(text, part.substring(dash + 1));
      if (last < first) {
        throw new IllegalArgumentException("range runs backwards in CPU list \"" + text + "\"");
      }
      set.set(first, last + 1);
    }
    return new CpuSet(set);
  }

  private static int number(String text, String part) {
    if (!part.matches("[0-9]{1,5}") || Integer.parseInt(part) >= MOST) {
      throw new IllegalArgumentException("not a CPU list: \"" + text + "\"");
    }
    return Integer.parseInt(part);
  }

  public boolean isEmpty() {
    return cpus.isEmpty();
  }

  public int size() {
    return cpus.cardinality();
  }

  public boolean contains(int cpu) {
    return cpus.get(cpu);
  }

  public IntStream stream() {
    return cpus.stream();
  }

  public CpuSet union(CpuSet other) {
    var set = (BitSet) cpus.clone();
    set.or(other.cpus);
    return new CpuSet(set);
  }

  public CpuSet minus(CpuSet other) {
    var set = (BitSet) cpus.clone();
    set.andNot(other.cpus);
    return new CpuSet(set);
  }

  public CpuSet intersect(CpuSet other) {
    var set = (BitSet) cpus.clone();
    set.and(other.cpus);
    return new CpuSet(set);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CpuSet set && cpus.equals(set.cpus);
  }

  @Override
  public int hashCode() {
    return cpus.hashCode();
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    for (int first = cpus.nextSetBit(0); first >= 0; ) {
      int end = cpus.nextClearBit(first);
      text.append(text.isEmpty() ? "" : ",").append(first);
      if (end - first > 1) {
        text.append('-').append(end - 1);
      }
      first = cpus.nextSetBit(end);
    }
    return text.toString();
  }
}
