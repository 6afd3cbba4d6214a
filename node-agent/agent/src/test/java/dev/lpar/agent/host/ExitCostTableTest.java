package dev.lpar.agent.host;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.ExitCostTable.Round;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitCostTableTest {
  private final ExitCostTable table = new ExitCostTable(List.of("peer", "cheap peer"));

  private void add(String watch, double... costs) {
    for (double cost : costs) {
      table.add(watch, new Round(1000, 1000 + cost, ExitWatch.NO_PROGRAMS, 0));
    }
  }

  private void assertTold(String text) {
    assertTrue(table.text().contains(text), table::text);
  }

  @Test
  void theCounterIsJudgedByMediansBesideTheEmptyPrograms() {
    add(ExitCostTable.EMPTY, 100, 80, 900);
    add(ExitCostTable.COUNTER, 190, 200, 210);
    add("peer", 300);
    assertTold("2.00 times the empty programs (goal: 2: met)");
    assertTold("(goal: none): none");
  }

  @Test
  void aPeerThatCostsLessIsNamed() {
    add(ExitCostTable.EMPTY, 80);
    add(ExitCostTable.COUNTER, 200);
    add("peer", 300);
    add("cheap peer", 50);
    assertTold("2.50 times the empty programs (goal: 2: MISSED)");
    assertTold("(goal: none): [cheap peer]");
  }

  @Test
  void whatCannotRunIsToldWithTheReason() {
    add(ExitCostTable.EMPTY, 80);
    table.refuse("peer", "no such program");
    assertTold("can't run: no such program");
  }
}
