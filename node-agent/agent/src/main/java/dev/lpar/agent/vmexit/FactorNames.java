package dev.lpar.agent.vmexit;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Tells a factor's name from one that no exit ever has. */
public final class FactorNames {
  /** An exit that isn't known is named by its number. */
  private static final Pattern NUMBERED =
      Pattern.compile("VMX exit \\d+|SVM exit 0x[0-9a-f]+|exit \\d+ of an unknown ISA");

  private FactorNames() {}

  public static boolean mayBe(String name) {
    return NUMBERED.matcher(name).matches() || Known.NAMES.contains(name);
  }

  /** Found on demand, for it takes a moment. */
  private static final class Known {
    static final Set<String> NAMES = names();
  }

  /** All that {@link ExitFactors} gives out but numbers: found by asking it for every exit. */
  static Set<String> names() {
    var names = new HashSet<String>();
    for (var isa : List.of(Isa.VMX, Isa.SVM)) {
      reasons(isa)
          .forEach(
              reason -> {
                if (!numbered(isa, reason, 0)) {
                  qualifiers().forEach(qualifier -> names.add(name(isa, reason, qualifier)));
                }
              });
    }
    return names;
  }

  private static boolean numbered(Isa isa, long reason, int qualifier) {
    return NUMBERED.matcher(name(isa, reason, qualifier)).matches();
  }

  private static String name(Isa isa, long reason, int qualifier) {
    return ExitFactors.of(new ExitKey(isa, reason, qualifier)).name();
  }

  private static LongStream reasons(Isa isa) {
    return isa == Isa.VMX
        ? LongStream.concat(
            LongStream.range(0, 0x100), LongStream.range(0x8000_0000L, 0x8000_0100L))
        : LongStream.of(
                // VMGEXIT's codes, and the negative ones, are above those of the processor.
                0, 0x8000_0000L, 0x8000_f800L, 0xf000_0000L, 0xffff_f800L)
            .flatMap(first -> LongStream.range(first, first + 0x800));
  }

  /** Of each form that a {@link Qualifier} has. */
  private static IntStream qualifiers() {
    return IntStream.of(
            // Bits of error codes, vectors, classes of ports and interrupts.
            0,
            // A page fault's error code, behind its vector.
            14 | 1 << 8,
            Qualifier.MSR,
            Qualifier.APIC)
        .flatMap(
            form ->
                form == (14 | 1 << 8)
                    ? IntStream.range(0, 0x20).map(bits -> 14 | bits << 8)
                    : IntStream.range(form, form + 0x100));
  }
}
