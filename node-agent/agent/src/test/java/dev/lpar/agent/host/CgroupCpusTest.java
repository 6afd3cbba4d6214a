package dev.lpar.agent.host;

import static dev.lpar.agent.host.CgroupBlade.CAPPED;
import static dev.lpar.agent.host.CgroupBlade.DEDICATED;
import static dev.lpar.agent.host.CgroupBlade.HOST;
import static dev.lpar.agent.host.CgroupBlade.PID;
import static dev.lpar.agent.host.CgroupBlade.SHARED;
import static dev.lpar.agent.host.CgroupBlade.shared;
import static dev.lpar.agent.host.CgroupBlade.write;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.agent.plan.GuestCpus.Stray;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.agent.systemd.UnitSpec;
import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A guest's CPUs on a kernel's tree of control groups: what is arranged, found and measured. */
class CgroupCpusTest {
  private CgroupBlade blade;
  private FakeCgroups kernel;

  @BeforeEach
  void aBladeWithOneGuest(@TempDir Path folder) {
    blade = new CgroupBlade(folder);
    kernel = blade.kernel;
  }

  @Test
  void aGuestThatHasJustStartedIsNotArranged() {
    assertNull(blade.look().arrangement());
    assertEquals(List.of(), blade.look().strays());
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void whatIsArrangedIsFoundAndDoneAgainItWritesNothing(CpuArrangement wanted) {
    blade.arrange(wanted);
    blade.assertArranged(wanted);
    kernel.writes.clear();
    blade.units.weights.clear();
    blade.arrange(wanted);
    assertEquals(List.of(), kernel.writes);
    assertEquals(Map.of(), blade.units.weights);
  }

  static List<CpuArrangement> arrangements() {
    return List.of(SHARED, CAPPED, DEDICATED);
  }

  @Test
  void groupsAreThreadedFirstThenLimitedThenFilled() {
    blade.arrange(CAPPED);
    assertEquals(
        List.of(
            "emulator/cgroup.type threaded",
            "vcpus/cgroup.type threaded",
            UnitSpec.nameOf(A) + "/cgroup.subtree_control +cpu +cpuset",
            "emulator/cpuset.cpus 0",
            "vcpus/cpuset.cpus 1-5",
            "emulator/cgroup.threads 4000",
            "emulator/cgroup.threads 4001",
            "vcpus/cgroup.threads 4002",
            "vcpus/cgroup.threads 4003",
            "vcpus/cpu.max 40000 20000",
            "vcpus/cpu.max.burst 40000"),
        kernel.writes);
    assertEquals(Map.of(UnitSpec.nameOf(A), 4000), blade.units.weights);
  }

  @Test
  void aSharedGuestsNewShareNeedsNoThreadMoved() {
    blade.arrange(SHARED);
    kernel.writes.clear();
    blade.arrange(CAPPED);
    blade.assertArranged(CAPPED);
    assertEquals(
        List.of("vcpus/cpuset.cpus 1-5", "vcpus/cpu.max 40000 20000", "vcpus/cpu.max.burst 40000"),
        kernel.writes);
    kernel.writes.clear();
    blade.arrange(SHARED);
    blade.assertArranged(SHARED);
    assertEquals(List.of("vcpus/cpuset.cpus 1-7", "vcpus/cpu.max max"), kernel.writes);
  }

  @Test
  void ofAGuestThatHasEndedNothingIsFound() {
    kernel.end(A, PID);
    blade.arrange(SHARED);
    assertEquals(new GuestCpus(null, List.of(), null, null), blade.look());
    assertEquals(List.of(), kernel.writes);
  }

  @Test
  void aThreadThatIsNotAmongItsKindIsAStrayAndIsMoved() throws IOException {
    blade.arrange(DEDICATED);
    kernel.begin(A, PID, 4010, "worker", kernel.unit(A));
    kernel.begin(A, PID, 4011, "kvm-nx-lpage-re", kernel.unit(A).resolve("vcpus"));
    kernel.taskset(4011, CpuSet.of(7));
    assertEquals(
        List.of(
            new Stray(false, "thread 4010 (worker) isn't in the control group emulator"),
            new Stray(false, "thread 4011 (kvm-nx-lpage-re) isn't in the control group emulator")),
        blade.look().strays());
    blade.arrange(DEDICATED);
    blade.assertArranged(DEDICATED);
    assertEquals(HOST, kernel.of(4011));
  }

  @Test
  void aThreadWhoseGroupLostItsCpusIsAStray() {
    blade.arrange(shared("6-7", 2500, null));
    blade.start(B, 5000);
    blade.cpus.arrange(B, 5000, List.of(5002L, 5003L), DEDICATED);
    assertEquals(
        List.of(
            new Stray(true, "thread 4002 (CPU 0/KVM) may run on 0-5"),
            new Stray(true, "thread 4003 (CPU 1/KVM) may run on 0-5")),
        blade.look().strays());
  }

  @Test
  void aFloatingVcpuThatSomebodyPinnedIsAStrayAndIsSetFree() {
    blade.arrange(SHARED);
    kernel.taskset(4003, CpuSet.of(5));
    assertEquals(
        List.of(new Stray(true, "thread 4003 (CPU 1/KVM) may run on 5")), blade.look().strays());
    blade.arrange(SHARED);
    blade.assertArranged(SHARED);
  }

  @Test
  void aFloatingVcpuOnASingleCpuIsNotPinned() {
    var wanted = shared("1", 2500, null);
    blade.arrange(wanted);
    blade.assertArranged(wanted);
  }

  @Test
  void vcpusThatLostTheirPinsAreFoundWithoutAny() {
    blade.arrange(DEDICATED);
    kernel.taskset(4003, CpuSet.parse("6-7"));
    assertEquals(List.of(), blade.look().arrangement().pins());
    blade.arrange(DEDICATED);
    blade.assertArranged(DEDICATED);
  }

  @Test
  void whatElseTheKernelRefusesNamesTheFile() {
    kernel.refuse("cpu.max", "Invalid argument");
    var refusal = assertThrows(HostException.class, () -> blade.arrange(CAPPED));
    assertTrue(
        refusal.getMessage().contains("can't write \"40000 20000\" to ")
            && refusal.getMessage().endsWith("vcpus/cpu.max: Invalid argument"),
        refusal.getMessage());
  }

  @Test
  void theSampleHasTheTimesOfEachVcpuAndHowLongTheCapHeldThemBack() {
    blade.arrange(CAPPED);
    write(kernel.unit(A).resolve("vcpus/cpu.stat"), "nr_throttled 2\nthrottled_usec 1500\n");
    assertEquals(
        new Sample(
            Duration.ofSeconds(5),
            List.of(
                new VcpuTime(Duration.ofNanos(4_002_000), Duration.ofNanos(4002)),
                new VcpuTime(Duration.ofNanos(4_003_000), Duration.ofNanos(4003))),
            Duration.ofNanos(1_500_000)),
        blade.look().sample());
    kernel.end(PID, 4003);
    assertNull(blade.look().sample());
    assertNotNull(blade.look().arrangement());
    assertNull(blade.cpus.guest(A, PID, List.of()).sample());
  }
}
