package dev.lpar.agent.host;

import static dev.lpar.agent.host.CgroupBlade.DEDICATED;
import static dev.lpar.agent.host.CgroupBlade.PID;
import static dev.lpar.agent.host.CgroupBlade.SHARED;
import static dev.lpar.agent.host.CgroupBlade.dedicated;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.systemd.UnitSpec;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CPUs are taken for one guest alone by an isolated partition, as far as the kernel allows it. */
class CgroupIsolationTest {
  private CgroupBlade blade;
  private FakeCgroups kernel;

  @BeforeEach
  void aBladeWithOneGuest(@TempDir Path folder) {
    blade = new CgroupBlade(folder);
    kernel = blade.kernel;
  }

  private static String group(LparId id, String name) {
    return UnitSpec.SLICE + "/" + UnitSpec.nameOf(id) + "/" + name;
  }

  @Test
  void aDedicatedGuestsCpusAreGivenDownTheTreeThenTakenFromAllOthersThenPinned() {
    blade.arrange(DEDICATED);
    var own = "/cpuset.cpus.exclusive 6-7";
    assertEquals(
        List.of(
            UnitSpec.SLICE + own,
            UnitSpec.nameOf(A) + own,
            "vcpus" + own,
            "vcpus/cpuset.cpus.partition isolated"),
        kernel.writes.subList(kernel.writes.size() - 4, kernel.writes.size()));
    assertEquals(CpuSet.parse("0-5"), kernel.effective("system.slice"));
    assertEquals(CpuSet.parse("6-7"), kernel.effective(group(A, "vcpus")));
  }

  @Test
  void aSharedGuestLosesACpuThatADedicatedOneTakes() throws IOException {
    blade.start(B, 5000);
    blade.cpus.arrange(B, 5000, List.of(5002L, 5003L), SHARED);
    blade.arrange(DEDICATED);
    assertEquals(CpuSet.parse("1-5"), kernel.of(5002));
    var found = blade.cpus.guest(B, 5000, List.of(5002L, 5003L));
    assertEquals(CpuSet.parse("1-7"), found.arrangement().vcpus(), "as it was set");
    assertEquals(List.of(), found.strays());
  }

  @Test
  void theSliceHasWhatItsGuestsNeedAndGivesBackWhatAnEndedOneLeft() {
    blade.start(B, 5000);
    blade.cpus.arrange(B, 5000, List.of(5002L, 5003L), dedicated("4-5", 4, 5));
    blade.arrange(DEDICATED);
    assertEquals("4-7", kernel.read(kernel.slice().resolve("cpuset.cpus.exclusive")));
    kernel.end(B, 5000);
    blade.cpus.look();
    assertEquals("6-7", kernel.read(kernel.slice().resolve("cpuset.cpus.exclusive")));
    blade.assertArranged(DEDICATED);
    kernel.end(A, PID);
    blade.cpus.look();
    assertEquals("", kernel.read(kernel.slice().resolve("cpuset.cpus.exclusive")));
  }

  @Test
  void otherCoresAreTakenWhileTheGuestRuns() {
    blade.arrange(DEDICATED);
    var wanted =
        new CpuArrangement(
            100, CpuSet.parse("0,6-7"), CpuSet.parse("2-3"), true, null, List.of(2, 3));
    blade.arrange(wanted);
    blade.assertArranged(wanted);
    assertEquals(CpuSet.parse("0-1,4-7"), kernel.effective("system.slice"));
  }

  @Test
  void whereTheKernelFindsThePartitionInvalidItsWordsAreToldAndTheVcpusPinned() {
    blade.start(B, 5000);
    var others =
        new CpuArrangement(100, CpuSet.of(6), CpuSet.parse("0-5"), true, null, List.of(1, 2));
    blade.cpus.arrange(B, 5000, List.of(5002L, 5003L), others);
    blade.arrange(DEDICATED);
    var found = blade.look();
    assertEquals(DEDICATED, found.arrangement(), "as far as it goes");
    assertEquals("Invalid cpu list in cpuset.cpus.exclusive", found.notIsolated());
    kernel.end(B, 5000);
    blade.arrange(DEDICATED);
    blade.assertArranged(DEDICATED);
  }

  @Test
  void whatTheKernelRefusedIsTriedAgainNowAndThen() {
    blade.start(B, 5000);
    var others =
        new CpuArrangement(100, CpuSet.of(6), CpuSet.parse("0-5"), true, null, List.of(1, 2));
    blade.cpus.arrange(B, 5000, List.of(5002L, 5003L), others);
    blade.arrange(DEDICATED);
    kernel.end(B, 5000);
    kernel.writes.clear();
    assertNotNull(blade.look().notIsolated());
    assertEquals(List.of(), kernel.writes, "not at once");
    blade.nanos += Duration.ofSeconds(10).toNanos();
    blade.assertArranged(DEDICATED);
    kernel.writes.clear();
    blade.nanos += Duration.ofSeconds(10).toNanos();
    blade.assertArranged(DEDICATED);
    assertEquals(List.of(), kernel.writes, "done");
  }

  @Test
  void aRefusedWriteIsTriedAgainNowAndThen() {
    kernel.refuse("cpuset.cpus.exclusive", "Device or resource busy");
    blade.arrange(DEDICATED);
    kernel.writes.clear();
    blade.look();
    assertEquals(List.of(), kernel.writes, "not at once");
    blade.nanos += Duration.ofSeconds(10).toNanos();
    assertNotNull(blade.look().notIsolated());
    blade.look();
    assertEquals(List.of(UnitSpec.SLICE + "/cpuset.cpus.exclusive 6-7"), kernel.writes);
    kernel.allow("cpuset.cpus.exclusive");
    blade.nanos += Duration.ofSeconds(10).toNanos();
    blade.assertArranged(DEDICATED);
  }

  @Test
  void whereTheKernelRefusesExclusiveCpusItsWordsAreToldAndTheVcpusPinned() {
    kernel.refuse("cpuset.cpus.exclusive", "Invalid argument");
    blade.arrange(DEDICATED);
    var found = blade.look();
    assertEquals(DEDICATED, found.arrangement());
    assertTrue(found.notIsolated().contains("Invalid argument"), found.notIsolated());
    assertTrue(found.notIsolated().contains("lpar.slice/cpuset.cpus.exclusive"));
  }

  @Test
  void anOldKernelIsNamedAsTheReason() throws IOException {
    Files.delete(kernel.slice().resolve("cpuset.cpus.exclusive"));
    blade.arrange(DEDICATED);
    assertEquals(DEDICATED, blade.look().arrangement());
    assertTrue(blade.look().notIsolated().contains("Linux 6.7"), blade.look().notIsolated());
  }
}
