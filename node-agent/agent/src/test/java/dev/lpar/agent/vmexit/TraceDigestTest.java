package dev.lpar.agent.vmexit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.model.CpuSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TraceDigestTest {
  private static final ExitKey CPUID = new ExitKey(Isa.SVM, 0x72, 0);
  private static final ExitKey HLT = new ExitKey(Isa.SVM, 0x78, 0);

  private static ExitRecord exit(ExitKey key, long address, long handled) {
    return new ExitRecord(1, handled, 5_000_000, address, 3, 1, key);
  }

  @Test
  void theCostliestComeFirst() {
    var digest = new TraceDigest();
    for (var exit :
        List.of(
            exit(CPUID, 0x10, 700),
            exit(CPUID, 0x20, 900),
            exit(HLT, 0x10, 500),
            exit(CPUID, 0x10, 300),
            exit(HLT, 0x30, ExitRecord.UNKNOWN))) {
      digest.add(exit, ExitFactors.of(exit.exit()));
    }
    assertEquals(
        List.of("CPUID 3 1900 900", "HLT 2 500 500"),
        digest.factors(9).stream().map(line -> line.of().name() + sum(line.sum())).toList());
    assertEquals(
        List.of("CPUID 16 2 1000 700", "CPUID 32 1 900 900", "HLT 16 1 500 500", "HLT 48 1 0 0"),
        digest.instructions(9).stream()
            .map(line -> line.of().factor().name() + " " + line.of().address() + sum(line.sum()))
            .toList());
    assertEquals(1, digest.factors(1).size());
  }

  private static String sum(TraceDigest.Sum sum) {
    return " %d %d %d".formatted(sum.count(), sum.nanos(), sum.maxNanos());
  }

  @Test
  void aGuestWithManyInstructionsDoesNotFillTheMemory() {
    var digest = new TraceDigest();
    int many = TraceDigest.MOST_INSTRUCTIONS + 100;
    for (int i = 0; i < many; i++) {
      digest.add(exit(CPUID, i, 100), ExitFactors.CPUID);
    }
    assertEquals(TraceDigest.MOST_INSTRUCTIONS, digest.instructions(Integer.MAX_VALUE).size());
    assertEquals(many, digest.factors(1).getFirst().sum().count());
  }

  static Stream<Arguments> filters() {
    var all = TraceFilter.ALL;
    return Stream.of(
        Arguments.of(all, true),
        Arguments.of(new TraceFilter(Set.of(ExitGroup.HALT), Set.of(), null, 0), false),
        Arguments.of(
            new TraceFilter(
                Set.of(ExitGroup.INSTRUCTION_EMULATION), Set.of("CPUID"), CpuSet.of(1), 700),
            true),
        Arguments.of(new TraceFilter(Set.of(), Set.of("CPUID", "HLT"), null, 0), true),
        Arguments.of(new TraceFilter(Set.of(), Set.of("HLT"), null, 0), false),
        Arguments.of(new TraceFilter(Set.of(), Set.of(), CpuSet.parse("0,2-3"), 0), false),
        Arguments.of(new TraceFilter(Set.of(), Set.of(), null, 701), false));
  }

  @ParameterizedTest
  @MethodSource("filters")
  void aFilterKeepsWhatAllOfItAdmits(TraceFilter filter, boolean kept) {
    assertEquals(kept, filter.keeps(exit(CPUID, 0x10, 700), ExitFactors.CPUID));
  }

  @Test
  void anExitWithoutATimeIsKeptWhereNoTimeIsAskedFor() {
    var untimed = exit(CPUID, 0x10, ExitRecord.UNKNOWN);
    assertEquals(true, TraceFilter.ALL.keeps(untimed, ExitFactors.CPUID));
    assertEquals(
        false, new TraceFilter(Set.of(), Set.of(), null, 1).keeps(untimed, ExitFactors.CPUID));
  }
}
