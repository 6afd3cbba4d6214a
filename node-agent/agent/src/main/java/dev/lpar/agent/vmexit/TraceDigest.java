package dev.lpar.agent.vmexit;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Sums up the exits of a trace, one by one. */
public final class TraceDigest {
  /** A guest can't make it grow without end: further instructions are summed by factor alone. */
  static final int MOST_INSTRUCTIONS = 8192;

  private final Map<ExitFactor, Sum> factors = new HashMap<>();
  private final Map<Instruction, Sum> instructions = new HashMap<>();

  /**
   * @param address the guest's instruction pointer
   */
  public record Instruction(long address, ExitFactor factor) {}

  /**
   * Exits that are alike.
   *
   * @param nanos of those with a time, without their waits
   * @param maxNanos the longest
   */
  public record Sum(long count, long nanos, long maxNanos) {
    static final Sum NONE = new Sum(0, 0, 0);

    Sum plus(long more) {
      return new Sum(count + 1, nanos + more, Math.max(maxNanos, more));
    }
  }

  /** One line of the digest. */
  public record Line<T>(T of, Sum sum) {}

  public void add(ExitRecord exit, ExitFactor factor) {
    long nanos = exit.timed() ? exit.handledNanos() : 0;
    factors.put(factor, factors.getOrDefault(factor, Sum.NONE).plus(nanos));
    var instruction = new Instruction(exit.address(), factor);
    var sum = instructions.get(instruction);
    if (sum != null || instructions.size() < MOST_INSTRUCTIONS) {
      instructions.put(instruction, (sum == null ? Sum.NONE : sum).plus(nanos));
    }
  }

  /** Those that took most time, then those that came most often. */
  public List<Line<ExitFactor>> factors(int most) {
    return costliest(factors, Comparator.comparing(ExitFactor::name)).limit(most).toList();
  }

  public List<Line<Instruction>> instructions(int most) {
    return costliest(
            instructions,
            Comparator.comparing(Instruction::address, Long::compareUnsigned)
                .thenComparing(instruction -> instruction.factor().name()))
        .limit(most)
        .toList();
  }

  private static <T> Stream<Line<T>> costliest(Map<T, Sum> sums, Comparator<T> order) {
    return sums.entrySet().stream()
        .map(entry -> new Line<>(entry.getKey(), entry.getValue()))
        .sorted(
            Comparator.<Line<T>>comparingLong(line -> -line.sum().nanos())
                .thenComparing(line -> -line.sum().count())
                .thenComparing(Line::of, order));
  }
}
