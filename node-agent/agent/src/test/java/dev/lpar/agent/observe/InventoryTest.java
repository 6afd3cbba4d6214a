package dev.lpar.agent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.BladeStatus.NumaNode;
import dev.lpar.api.v1alpha1.BladeStatus.Topology;
import dev.lpar.api.v1alpha1.BladeStatus.Virtualization;
import dev.lpar.model.CpuSet;
import dev.lpar.model.MemorySize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On trees recorded from real machines, and one written by hand for what they don't have. */
class InventoryTest {
  @TempDir Path root;

  private Inventory read(String tree) throws IOException {
    return Inventory.read(RecordedTree.layOut(tree, root));
  }

  @Test
  void aBladeVmHasSvmNestedPagingAndAnIommu() throws IOException {
    var inventory = read("blade-vm");
    assertEquals(
        new Virtualization("SVM", true, true, false, null, null), inventory.virtualization());
    assertEquals("8de5c78b-d21b-4961-87ce-ebfc0191e3ea", inventory.bootId());
    assertEquals(CpuSet.parse("0-1"), inventory.onlineCpus());
    assertEquals(MemorySize.parse("2914Mi"), inventory.memory());
    assertEquals(
        new Topology(1, List.of(new NumaNode(0, 0, List.of("0", "1"), "2914Mi")), null),
        inventory.topology());
  }

  @Test
  void aMachineWithoutSvmOrVmxHasNone() throws IOException {
    assertEquals(
        new Virtualization("None", false, false, false, null, null),
        read("cloud-vm").virtualization());
  }

  @Test
  void coresNumaNodesAndSocketsAreThoseOfTheOnlineCpus() throws IOException {
    var inventory = read("two-sockets");
    assertEquals(
        new Virtualization("VMX", true, false, false, null, null), inventory.virtualization());
    assertEquals(
        new Topology(
            2,
            List.of(
                new NumaNode(0, 0, List.of("0,4", "1,5"), "64000Mi"),
                new NumaNode(1, 1, List.of("2", "3,7"), "64000Mi")),
            "5,7"),
        inventory.topology());
  }

  @Test
  void availableMemoryIsTheKernelsWord() throws IOException {
    assertEquals(
        MemorySize.parse("2520Mi"),
        Inventory.availableMemory(RecordedTree.layOut("blade-vm", root)));
  }
}
