package dev.lpar.model;

import java.util.regex.Pattern;

/**
 * An amount of memory.
 *
 * @param bytes at least 0
 */
public record MemorySize(long bytes) implements Comparable<MemorySize> {
  public static final MemorySize ZERO = new MemorySize(0);

  private static final Pattern TEXT = Pattern.compile("(0|[1-9][0-9]{0,9})(Ki|Mi|Gi|Ti)?");

  public MemorySize {
    if (bytes < 0) {
      throw new IllegalArgumentException("memory size is negative: " + bytes);
    }
  }

  /** Parses a whole number with an optional unit Ki, Mi, Gi or Ti, such as {@code 16Gi}. */
  public static MemorySize parse(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not a memory size: \"" + text + "\"; write a whole number with Mi, Gi or Ti");
    }
    var unit = matcher.group(2);
    var size = Long.parseLong(matcher.group(1));
    var shift = unit == null ? 0 : shift(unit);
    if (size > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("memory size is beyond 64 bits: " + text);
    }
    return new MemorySize(size << shift);
  }

  public static MemorySize ofMebi(long mebibytes) {
    return new MemorySize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  private static int shift(String unit) {
    return switch (unit) {
      case "Ki" -> 10;
      case "Mi" -> 20;
      case "Gi" -> 30;
      default -> 40;
    };
  }

  public MemorySize plus(MemorySize other) {
    return new MemorySize(Math.addExact(bytes, other.bytes));
  }

  /** The difference, or zero when the other is the larger. */
  public MemorySize minusOrZero(MemorySize other) {
    return new MemorySize(Math.max(0, bytes - other.bytes));
  }

  @Override
  public int compareTo(MemorySize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The shortest exact form, in the largest unit that divides the size: {@code 16Gi}, 1536Mi. */
  @Override
  public String toString() {
    var units = new String[] {"Ti", "Gi", "Mi", "Ki"};
    for (String unit : units) {
      long size = 1L << shift(unit);
      if (bytes >= size && bytes % size == 0) {
        return bytes / size + unit;
      }
    }
    return Long.toString(bytes);
  }
}
