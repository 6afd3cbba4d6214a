package dev.lpar.agent.vmexit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FactorNamesTest {
  @Test
  void everyFactorIsKnownAndNoOther() {
    assertEquals(
        NamedExits.names(NamedExits.factors().stream()), new TreeSet<>(FactorNames.names()));
  }

  @Test
  void anExitThatIsNotKnownHasItsNumber() {
    for (var key :
        new ExitKey[] {
          new ExitKey(Isa.VMX, 999, 0),
          new ExitKey(Isa.SVM, 0x3ff, 0),
          new ExitKey(Isa.UNKNOWN, 7, 0)
        }) {
      var name = ExitFactors.of(key).name();
      assertTrue(FactorNames.mayBe(name), name);
    }
    assertFalse(FactorNames.mayBe("VMX exit"));
    assertFalse(FactorNames.mayBe("cr3 write"));
  }

  /** So that they can stand in CSV and JSON as they are. */
  @Test
  void noNameHasACommaOrAQuote() {
    FactorNames.names().forEach(name -> assertFalse(name.matches(".*[,\"\\\\].*"), name));
  }
}
