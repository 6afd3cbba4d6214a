package dev.lpar.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.BladeStatus.NumaNode;
import dev.lpar.api.v1alpha1.BladeStatus.Topology;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.MemorySize;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuTopologiesTest {
  private static final CpuTopology TWO_NODES =
      new CpuTopology(
          List.of(
              new CpuTopology.Node(0, 0, List.of(CpuSet.of(0, 4), CpuSet.of(1, 5))),
              new CpuTopology.Node(1, 1, List.of(CpuSet.of(2), CpuSet.of(3, 7)))),
          CpuSet.of(3, 7));

  @Test
  void whatIsToldIsReadAgain() {
    var memory =
        Map.of(0, MemorySize.parse("4Gi"), 1, MemorySize.parse("8Gi"), 2, MemorySize.parse("1Gi"));
    var told = CpuTopologies.toApi(TWO_NODES, memory);
    assertEquals(
        new Topology(
            2,
            List.of(
                new NumaNode(0, 0, List.of("0,4", "1,5"), "4Gi"),
                new NumaNode(1, 1, List.of("2", "3,7"), "8Gi"),
                new NumaNode(2, null, List.of(), "1Gi")),
            "3,7"),
        told);
    assertEquals(TWO_NODES, CpuTopologies.of(told));
  }

  @Test
  void aBladeThatHasNotToldHasNone() {
    assertEquals(CpuTopology.NONE, CpuTopologies.of(null));
    assertEquals(CpuTopology.NONE, CpuTopologies.of(new Topology(1, null, null)));
  }
}
