package dev.lpar.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LparIdTest {
  @Property
  void isAnyUidInItsCanonicalForm(@ForAll long high, @ForAll long low) {
    var text = new UUID(high, low).toString();
    assertEquals(text, new LparId(text).toString());
  }

  /** It becomes part of unit names and paths: what isn't exactly a uid never gets there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ledger",
        "1-1-1-1-1",
        "../../etc/passwd",
        "0B54C1F0-0000-4000-8000-000000000000",
        "{0b54c1f0-0000-4000-8000-000000000000}",
        "0b54c1f0-0000-4000-8000-000000000000 ",
        "0b54c1f000004000800000000000000000000"
      })
  void isNothingElse(String text) {
    assertThrows(IllegalArgumentException.class, () -> new LparId(text));
  }

  @Test
  void isOrderedByItsText() {
    var first = new LparId("00000000-0000-4000-8000-000000000001");
    var second = new LparId("00000000-0000-4000-8000-000000000002");
    assertTrue(first.compareTo(second) < 0);
  }
}
