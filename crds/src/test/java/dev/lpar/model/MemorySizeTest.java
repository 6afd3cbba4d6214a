package dev.lpar.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "1, 1, 1",
    "4Ki, 4096, 4Ki",
    "1024Ki, 1048576, 1Mi",
    "1536Mi, 1610612736, 1536Mi",
    "2048Mi, 2147483648, 2Gi",
    "16Gi, 17179869184, 16Gi",
    "1Ti, 1099511627776, 1Ti",
    "999999Ti, 1099510528264372224, 999999Ti",
    "0Gi, 0, 0",
  })
  void readsWholeNumbersWithBinaryUnitsAndWritesTheShortestForm(
      String text, long bytes, String written) {
    var size = MemorySize.parse(text);
    assertEquals(bytes, size.bytes());
    assertEquals(written, size.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "Gi",
        "-1Gi",
        "+1Gi",
        "1.5Gi",
        "01Gi",
        "1 Gi",
        "1G",
        "1GB",
        "1gi",
        "1Pi",
        "1e3",
        "12345678901",
        "1Gi\n",
        "9999999Ti",
        "9999999999Ti"
      })
  void refusesWhatIsNoMemorySize(String text) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> MemorySize.parse(text));
    assertTrue(refusal.getMessage().contains(text), refusal.getMessage());
  }

  @Property
  void whatIsWrittenReadsTheSame(@ForAll @LongRange(min = 0, max = 9_999_999_999L) long bytes) {
    assertEquals(bytes, MemorySize.parse(new MemorySize(bytes).toString()).bytes());
  }

  @Test
  void isNeverNegative() {
    assertThrows(IllegalArgumentException.class, () -> new MemorySize(-1));
    var one = MemorySize.ofMebi(1);
    assertEquals(MemorySize.ZERO, one.minusOrZero(MemorySize.ofMebi(2)));
    assertEquals(MemorySize.ofMebi(1), MemorySize.ofMebi(3).minusOrZero(MemorySize.ofMebi(2)));
  }

  @Test
  void neverOverflowsUnseen() {
    var most = new MemorySize(Long.MAX_VALUE);
    assertThrows(ArithmeticException.class, () -> most.plus(new MemorySize(1)));
    assertThrows(ArithmeticException.class, () -> MemorySize.ofMebi(Long.MAX_VALUE));
  }

  @Test
  void isOrderedBySize() {
    assertTrue(MemorySize.parse("1Gi").compareTo(MemorySize.parse("1025Mi")) < 0);
    assertEquals(0, MemorySize.parse("1Gi").compareTo(MemorySize.parse("1024Mi")));
  }
}
