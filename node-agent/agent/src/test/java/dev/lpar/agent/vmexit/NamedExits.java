package dev.lpar.agent.vmexit;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** All exits that have a name, found by asking for them. */
final class NamedExits {
  /** A reason that isn't known. */
  static final Pattern NUMBERED = Pattern.compile("VMX exit .*|SVM exit .*|exit .* unknown ISA");

  private NamedExits() {}

  /** What a reason itself tells, then what replaces it. */
  static IntStream qualifiers() {
    return IntStream.concat(
        IntStream.range(0, 0x2000),
        IntStream.concat(
            IntStream.range(Qualifier.MSR, Qualifier.MSR + 0x20),
            IntStream.range(Qualifier.APIC, Qualifier.APIC + 0x100)));
  }

  static LongStream reasons(Isa isa) {
    return switch (isa) {
      case UNKNOWN -> LongStream.empty();
      case VMX -> LongStream.range(0, 0x10000);
      case SVM ->
          Stream.of(
                  LongStream.range(0, 0x1000),
                  LongStream.range(0x8000_0000L, 0x8000_0020L),
                  LongStream.range(0x8000_fff0L, 0x8001_0000L),
                  LongStream.of(0xf000_0000L),
                  LongStream.rangeClosed(0xffff_fff0L, 0xffff_ffffL))
              .flatMapToLong(range -> range);
    };
  }

  /** The named factors of each reason, in the order of qualifiers. */
  static Map<Long, Set<ExitFactor>> byReason(Isa isa) {
    var named = new TreeMap<Long, Set<ExitFactor>>();
    reasons(isa)
        .filter(reason -> isNamed(ExitFactors.of(new ExitKey(isa, reason, 0))))
        .forEach(reason -> named.put(reason, factors(isa, reason)));
    return named;
  }

  private static Set<ExitFactor> factors(Isa isa, long reason) {
    var factors = new LinkedHashSet<ExitFactor>();
    qualifiers().forEach(q -> factors.add(ExitFactors.of(new ExitKey(isa, reason, q))));
    return factors;
  }

  /** All factors, a failed entry's included. */
  static Collection<ExitFactor> factors() {
    var factors = new LinkedHashSet<ExitFactor>();
    for (var isa : List.of(Isa.VMX, Isa.SVM)) {
      byReason(isa).values().forEach(factors::addAll);
    }
    factors.add(ExitFactors.of(new ExitKey(Isa.VMX, 0x8000_0000L, 0)));
    return factors;
  }

  static Map<String, ExitFactor> byName() {
    var byName = new LinkedHashMap<String, ExitFactor>();
    for (var factor : factors()) {
      byName.put(factor.name(), factor);
    }
    return byName;
  }

  static boolean isNamed(ExitFactor factor) {
    return !NUMBERED.matcher(factor.name()).matches();
  }

  static Set<String> names(Stream<ExitFactor> factors) {
    var names = new TreeSet<String>();
    factors.map(ExitFactor::name).forEach(names::add);
    return names;
  }
}
