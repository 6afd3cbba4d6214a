package dev.lpar.agent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.CpuTopology.Node;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CPUs and memory by NUMA node, on the trees that the inventory is tested on. */
class CpuTopologyReaderTest {
  @TempDir Path root;

  @Test
  void coresAreOfTheirNodeAndSocketAndHaveTheOnlineCpusAlone() throws IOException {
    assertEquals(
        new CpuTopology(
            List.of(
                new Node(0, 0, List.of(CpuSet.of(0, 4), CpuSet.of(1, 5))),
                new Node(1, 1, List.of(CpuSet.of(2), CpuSet.of(3, 7)))),
            CpuSet.parse("5,7")),
        CpuTopologyReader.read(RecordedTree.layOut("two-sockets", root)));
  }

  @Test
  void aBladeVmIsOneNode() throws IOException {
    assertEquals(
        new CpuTopology(List.of(new Node(0, 0, List.of(CpuSet.of(0), CpuSet.of(1)))), CpuSet.EMPTY),
        CpuTopologyReader.read(RecordedTree.layOut("blade-vm", root)));
  }

  @Test
  void aKernelWithoutNumaIsOneNodeOfAllCpus() throws IOException {
    write("sys/devices/system/cpu/online", "0-2");
    write("proc/meminfo", "MemTotal: 4096 kB\nMemFree: 1024 kB\nInactive(file): 16 kB\n");
    write("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "3");
    var files = new HostFiles(root);
    assertEquals(
        new CpuTopology(
            List.of(new Node(0, 0, List.of(CpuSet.of(0), CpuSet.of(1), CpuSet.of(2)))),
            CpuSet.EMPTY),
        CpuTopologyReader.read(files));
    assertEquals(
        Map.of(
            0,
            Map.of(
                Pages.SIZE_4KI, MemorySize.parse("1040Ki"),
                Pages.SIZE_2MI, MemorySize.parse("6Mi"))),
        NodeMemory.free(files));
  }

  @Test
  void topologyExtensionsAreAFlagOfTheProcessors() throws IOException {
    var files = new HostFiles(root);
    assertFalse(CpuTopologyReader.hasTopologyExtensions(files));
    write("proc/cpuinfo", "model name\t: topoext\nflags\t\t: fpu svm\nbugs\t: topoext\n");
    assertFalse(CpuTopologyReader.hasTopologyExtensions(files));
    write("proc/cpuinfo", "flags\t\t: fpu svm topoext perfctr_core\n");
    assertTrue(CpuTopologyReader.hasTopologyExtensions(files));
  }

  @Test
  void freeMemoryIsThatOfEachNode() throws IOException {
    assertEquals(
        Map.of(
            0,
            Map.of(
                Pages.SIZE_4KI, MemorySize.parse("33000Ki"),
                Pages.SIZE_2MI, MemorySize.parse("512Mi"),
                Pages.SIZE_1GI, MemorySize.ZERO),
            1,
            Map.of(Pages.SIZE_4KI, MemorySize.parse("7000Ki"))),
        NodeMemory.free(RecordedTree.layOut("two-sockets", root)));
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }
}
