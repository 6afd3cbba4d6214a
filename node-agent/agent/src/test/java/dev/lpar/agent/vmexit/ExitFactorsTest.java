package dev.lpar.agent.vmexit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExitFactorsTest {
  private static final Map<String, ExitFactor> KNOWN = NamedExits.byName();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          UNKNOWN | 5          | exit 5 of an unknown ISA
          UNKNOWN | 0xffffffff | exit 4294967295 of an unknown ISA
          VMX     | 99         | VMX exit 99
          VMX     | 35         | VMX exit 35
          VMX     | 0x8000063  | VMX exit 99
          SVM     | 0x7ff      | SVM exit 0x7ff
          SVM     | 0xffffff00 | SVM exit 0xffffff00
          """)
  void whatIsNotKnownKeepsItsNumber(Isa isa, long reason, String name) {
    assertEquals(
        new ExitFactor(name, ExitGroup.OTHER), ExitFactors.of(new ExitKey(isa, reason, 0)));
  }

  @ParameterizedTest
  @EnumSource(names = {"VMX", "SVM"})
  void whatTheKernelKnowsIsNamed(Isa isa) {
    var reasons = KernelReasons.of(isa);
    assertEquals(isa == Isa.VMX ? 62 : 108, reasons.size());
    var numbered = new ArrayList<String>();
    reasons.forEach(
        (reason, name) -> {
          if (!NamedExits.isNamed(ExitFactors.of(new ExitKey(isa, reason, 0)))) {
            numbered.add(name);
          }
        });
    assertEquals(List.of(), numbered);
  }

  @Test
  void aNameBelongsToOneGroup() {
    var groups = new HashMap<String, ExitGroup>();
    for (var factor : NamedExits.factors()) {
      var group = groups.putIfAbsent(factor.name(), factor.group());
      assertTrue(group == null || group == factor.group(), factor.name());
    }
  }

  /** Labels of metrics: a few, and none that needs more than a column. */
  @Test
  void namesAreFewAndShort() {
    var names = NamedExits.names(NamedExits.factors().stream());
    assertTrue(names.size() < 250, names.size() + " names");
    assertEquals(List.of(), names.stream().filter(name -> name.length() > 40).toList());
  }

  @Test
  void everyGroupHasFactors() {
    for (var group : ExitGroup.values()) {
      assertTrue(
          NamedExits.factors().stream().anyMatch(factor -> factor.group() == group), group.text());
    }
  }

  /** Keys as they come, and with whatever a broken counter might write. */
  @Property(tries = 20_000)
  void everyKeyHasAFactorAndKeepsIt(
      @ForAll Isa isa, @ForAll("reasons") long reason, @ForAll("qualifiers") int qualifier) {
    var key = new ExitKey(isa, reason, qualifier);
    var factor = ExitFactors.of(key);
    assertFalse(factor.name().isBlank());
    assertEquals(factor, ExitFactors.of(key));
  }

  /** No guest makes more names: it chooses qualifiers, and codes of VMGEXIT. */
  @Property(tries = 20_000)
  void noQualifierMakesANewName(
      @ForAll boolean intel,
      @ForAll @LongRange(max = 0x404) long reason,
      @ForAll("qualifiers") int qualifier) {
    var factor = ExitFactors.of(new ExitKey(intel ? Isa.VMX : Isa.SVM, reason, qualifier));
    assertTrue(KNOWN.containsKey(factor.name()) || !NamedExits.isNamed(factor), factor.name());
  }

  @Property(tries = 20_000)
  void noCodeOfVmgexitMakesANewName(
      @ForAll @LongRange(min = 0x8000_0000L, max = 0x8000_ffffL) long reason,
      @ForAll("qualifiers") int qualifier) {
    var factor = ExitFactors.of(new ExitKey(Isa.SVM, reason, qualifier));
    assertTrue(KNOWN.containsKey(factor.name()), factor.name());
  }

  @Provide
  Arbitrary<Long> reasons() {
    return Arbitraries.oneOf(
        Arbitraries.longs().between(0, 0x100),
        Arbitraries.longs().between(0x400, 0x408),
        Arbitraries.longs().between(0, 0xffff_ffffL),
        Arbitraries.longs());
  }

  @Provide
  Arbitrary<Integer> qualifiers() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(0, 0x2000),
        Arbitraries.integers().between(Qualifier.MSR, Qualifier.MSR + 0x40),
        Arbitraries.integers().between(Qualifier.APIC, Qualifier.APIC + 0x100),
        Arbitraries.integers());
  }
}
