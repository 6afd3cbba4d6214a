package dev.lpar.agent.host;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.CpuArrangement.Cap;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.agent.plan.GuestCpus.Stray;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.agent.systemd.FakeTransientUnits;
import dev.lpar.agent.systemd.UnitSpec;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.LparId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Guests' CPUs on a kernel's tree of control groups: eight CPUs, the first is the host's. */
class CgroupCpusTest {
  private static final CpuSet ONLINE = CpuSet.parse("0-7");
  private static final CpuSet HOST = CpuSet.of(0);
  private static final long PID = 4000;
  private static final List<Long> VCPUS = List.of(4002L, 4003L);

  private static final CpuArrangement SHARED = shared("1-7", 2500, null);
  private static final CpuArrangement CAPPED = shared("1-5", 4000, 40_000L);
  private static final CpuArrangement DEDICATED = dedicated("6-7", 6, 7);

  /** The agent is killed. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  @TempDir Path folder;

  private FakeCgroups kernel;
  private FakeTransientUnits units;
  private CgroupCpus cpus;
  private long nanos = 5_000_000_000L;

  @BeforeEach
  void aBladeWithOneGuest() {
    kernel = new FakeCgroups(folder.resolve("sys"), folder.resolve("proc"), ONLINE);
    units = new FakeTransientUnits();
    cpus = agent();
    start(A, PID);
  }

  private CgroupCpus agent() {
    return new CgroupCpus(
        folder.resolve("sys"),
        folder.resolve("proc"),
        units,
        new CgroupCpus.Readings(
            () ->
                new CpuTopology(
                    List.of(
                        new CpuTopology.Node(0, 0, ONLINE.stream().mapToObj(CpuSet::of).toList())),
                    CpuSet.EMPTY),
            Map::of),
        new CgroupCpus.Kernel(kernel, kernel, () -> nanos));
  }

  private void start(LparId id, long pid) {
    kernel.start(id, pid, List.of("qemu-system-x86", "worker", "CPU 0/KVM", "CPU 1/KVM"));
  }

  private static CpuArrangement shared(String vcpus, int weight, Long quotaMicros) {
    return new CpuArrangement(
        weight,
        HOST,
        CpuSet.parse(vcpus),
        false,
        quotaMicros == null
            ? null
            : new Cap(
                Duration.ofNanos(quotaMicros * 1000),
                Duration.ofMillis(20),
                Duration.ofNanos(quotaMicros * 1000)),
        List.of());
  }

  private static CpuArrangement dedicated(String cores, Integer... pins) {
    return new CpuArrangement(100, HOST, CpuSet.parse(cores), true, null, List.of(pins));
  }

  private void arrange(CpuArrangement wanted) {
    cpus.arrange(A, PID, VCPUS, wanted);
    systemdActs();
  }

  /** It writes weights a moment after it was told. */
  private void systemdActs() {
    units.weights.forEach(
        (name, weight) -> {
          var file = kernel.slice().resolve(name).resolve("cpu.weight");
          if (Files.exists(file)) {
            write(file, weight.toString());
          }
        });
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private GuestCpus look() {
    return cpus.guest(A, PID, VCPUS);
  }

  private void assertArranged(CpuArrangement wanted) {
    var found = look();
    assertEquals(wanted, found.arrangement());
    assertEquals(List.of(), found.strays());
    assertNull(found.notIsolated());
  }

  private static String group(LparId id, String name) {
    return UnitSpec.SLICE + "/" + UnitSpec.nameOf(id) + "/" + name;
  }

  @Test
  void aGuestThatHasJustStartedIsNotArranged() {
    assertNull(look().arrangement());
    assertEquals(List.of(), look().strays());
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void whatIsArrangedIsFoundAndDoneAgainItWritesNothing(CpuArrangement wanted) {
    arrange(wanted);
    assertArranged(wanted);
    kernel.writes.clear();
    units.weights.clear();
    arrange(wanted);
    assertEquals(List.of(), kernel.writes);
    assertEquals(Map.of(), units.weights);
  }

  static List<CpuArrangement> arrangements() {
    return List.of(SHARED, CAPPED, DEDICATED);
  }

  @Test
  void groupsAreThreadedFirstThenLimitedThenFilled() {
    arrange(CAPPED);
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
    assertEquals(Map.of(UnitSpec.nameOf(A), 4000), units.weights);
  }

  @Test
  void aSharedGuestsNewShareNeedsNoThreadMoved() {
    arrange(SHARED);
    kernel.writes.clear();
    arrange(CAPPED);
    assertArranged(CAPPED);
    assertEquals(
        List.of("vcpus/cpuset.cpus 1-5", "vcpus/cpu.max 40000 20000", "vcpus/cpu.max.burst 40000"),
        kernel.writes);
    kernel.writes.clear();
    arrange(SHARED);
    assertArranged(SHARED);
    assertEquals(List.of("vcpus/cpuset.cpus 1-7", "vcpus/cpu.max max"), kernel.writes);
  }

  @Test
  void aDedicatedGuestsCpusAreGivenDownTheTreeThenTakenFromAllOthersThenPinned() {
    arrange(DEDICATED);
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
    start(B, 5000);
    cpus.arrange(B, 5000, List.of(5002L, 5003L), SHARED);
    arrange(DEDICATED);
    assertEquals(CpuSet.parse("1-5"), kernel.of(5002));
    var found = cpus.guest(B, 5000, List.of(5002L, 5003L));
    assertEquals(CpuSet.parse("1-7"), found.arrangement().vcpus(), "as it was set");
    assertEquals(List.of(), found.strays());
  }

  @Test
  void theSliceHasWhatItsGuestsNeedAndGivesBackWhatAnEndedOneLeft() {
    start(B, 5000);
    cpus.arrange(B, 5000, List.of(5002L, 5003L), dedicated("4-5", 4, 5));
    arrange(DEDICATED);
    assertEquals("4-7", kernel.read(kernel.slice().resolve("cpuset.cpus.exclusive")));
    kernel.end(B, 5000);
    cpus.look();
    assertEquals("6-7", kernel.read(kernel.slice().resolve("cpuset.cpus.exclusive")));
    assertArranged(DEDICATED);
    kernel.end(A, PID);
    cpus.look();
    assertEquals("", kernel.read(kernel.slice().resolve("cpuset.cpus.exclusive")));
  }

  @Test
  void otherCoresAreTakenWhileTheGuestRuns() {
    arrange(DEDICATED);
    var wanted =
        new CpuArrangement(
            100, CpuSet.parse("0,6-7"), CpuSet.parse("2-3"), true, null, List.of(2, 3));
    arrange(wanted);
    assertArranged(wanted);
    assertEquals(CpuSet.parse("0-1,4-7"), kernel.effective("system.slice"));
  }

  static List<Arguments> changes() {
    return List.of(
        Arguments.of(null, CAPPED),
        Arguments.of(null, DEDICATED),
        Arguments.of(SHARED, CAPPED),
        Arguments.of(CAPPED, SHARED),
        Arguments.of(CAPPED, DEDICATED),
        Arguments.of(DEDICATED, CAPPED),
        Arguments.of(DEDICATED, dedicated("2-3", 2, 3)),
        Arguments.of(dedicated("2-5", 2, 4), dedicated("4-7", 4, 6)),
        Arguments.of(DEDICATED, dedicated("6-7", 7, 6)));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void anAgentKilledAnywhereLeavesWhatTheNextOneCompletes(
      CpuArrangement before, CpuArrangement wanted) {
    int n = 1;
    while (killedAt(n, before, wanted)) {
      n++;
    }
    assertTrue(n > 1, "it was killed at least once");
  }

  private void again(CpuArrangement before) {
    kernel.end(A, PID);
    start(A, PID);
    cpus = agent();
    if (before != null) {
      arrange(before);
    }
  }

  /** Returns whether there were so many writes. */
  private boolean killedAt(int n, CpuArrangement before, CpuArrangement wanted) {
    again(before);
    kernel.beforeWrite(
        n,
        () -> {
          throw new Killed();
        });
    boolean killed = false;
    try {
      arrange(wanted);
    } catch (Killed e) {
      killed = true;
    }
    kernel.beforeWrite(0, () -> {});
    cpus = agent();
    arrange(wanted);
    assertArranged(wanted);
    return killed;
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aGuestThatEndsMeanwhileIsNoError(CpuArrangement before, CpuArrangement wanted) {
    int n = 1;
    while (endsAt(n, before, wanted)) {
      n++;
    }
    assertTrue(n > 1, "it ended at least once");
  }

  /** Returns whether there were so many writes. */
  private boolean endsAt(int n, CpuArrangement before, CpuArrangement wanted) {
    again(before);
    kernel.beforeWrite(n, () -> kernel.end(A, PID));
    arrange(wanted);
    kernel.beforeWrite(0, () -> {});
    boolean ended = !Files.exists(kernel.unit(A));
    assertEquals(ended, look().arrangement() == null);
    return ended;
  }

  @Test
  void ofAGuestThatHasEndedNothingIsFound() {
    kernel.end(A, PID);
    arrange(SHARED);
    assertEquals(new GuestCpus(null, List.of(), null, null), look());
    assertEquals(List.of(), kernel.writes);
  }

  @Test
  void aThreadThatEndsMeanwhileIsPassedOver() {
    kernel.beforeWrite(9, () -> kernel.end(PID, 4001));
    arrange(SHARED);
    assertArranged(SHARED);
  }

  @Test
  void aThreadThatIsNotAmongItsKindIsAStrayAndIsMoved() throws IOException {
    arrange(DEDICATED);
    kernel.begin(A, PID, 4010, "worker", kernel.unit(A));
    kernel.begin(A, PID, 4011, "kvm-nx-lpage-re", kernel.unit(A).resolve("vcpus"));
    kernel.taskset(4011, CpuSet.of(7));
    assertEquals(
        List.of(
            new Stray(false, "thread 4010 (worker) isn't in the control group emulator"),
            new Stray(false, "thread 4011 (kvm-nx-lpage-re) isn't in the control group emulator")),
        look().strays());
    arrange(DEDICATED);
    assertArranged(DEDICATED);
    assertEquals(HOST, kernel.of(4011));
  }

  @Test
  void aThreadWhoseGroupLostItsCpusIsAStray() {
    arrange(shared("6-7", 2500, null));
    start(B, 5000);
    cpus.arrange(B, 5000, List.of(5002L, 5003L), DEDICATED);
    assertEquals(
        List.of(
            new Stray(true, "thread 4002 (CPU 0/KVM) may run on 0-5"),
            new Stray(true, "thread 4003 (CPU 1/KVM) may run on 0-5")),
        look().strays());
  }

  @Test
  void aFloatingVcpuThatSomebodyPinnedIsAStrayAndIsSetFree() {
    arrange(SHARED);
    kernel.taskset(4003, CpuSet.of(5));
    assertEquals(List.of(new Stray(true, "thread 4003 (CPU 1/KVM) may run on 5")), look().strays());
    arrange(SHARED);
    assertArranged(SHARED);
  }

  @Test
  void aFloatingVcpuOnASingleCpuIsNotPinned() {
    var wanted = shared("1", 2500, null);
    arrange(wanted);
    assertArranged(wanted);
  }

  @Test
  void vcpusThatLostTheirPinsAreFoundWithoutAny() {
    arrange(DEDICATED);
    kernel.taskset(4003, CpuSet.parse("6-7"));
    assertEquals(List.of(), look().arrangement().pins());
    arrange(DEDICATED);
    assertArranged(DEDICATED);
  }

  @Test
  void whereTheKernelFindsThePartitionInvalidItsWordsAreToldAndTheVcpusPinned() {
    start(B, 5000);
    var others =
        new CpuArrangement(100, CpuSet.of(6), CpuSet.parse("0-5"), true, null, List.of(1, 2));
    cpus.arrange(B, 5000, List.of(5002L, 5003L), others);
    arrange(DEDICATED);
    var found = look();
    assertEquals(DEDICATED, found.arrangement(), "as far as it goes");
    assertEquals("Invalid cpu list in cpuset.cpus.exclusive", found.notIsolated());
    kernel.end(B, 5000);
    arrange(DEDICATED);
    assertArranged(DEDICATED);
  }

  @Test
  void whatTheKernelRefusedIsTriedAgainNowAndThen() {
    start(B, 5000);
    var others =
        new CpuArrangement(100, CpuSet.of(6), CpuSet.parse("0-5"), true, null, List.of(1, 2));
    cpus.arrange(B, 5000, List.of(5002L, 5003L), others);
    arrange(DEDICATED);
    kernel.end(B, 5000);
    kernel.writes.clear();
    assertNotNull(look().notIsolated());
    assertEquals(List.of(), kernel.writes, "not at once");
    nanos += Duration.ofSeconds(10).toNanos();
    assertArranged(DEDICATED);
    kernel.writes.clear();
    nanos += Duration.ofSeconds(10).toNanos();
    assertArranged(DEDICATED);
    assertEquals(List.of(), kernel.writes, "done");
  }

  @Test
  void aRefusedWriteIsTriedAgainNowAndThen() {
    kernel.refuse("cpuset.cpus.exclusive", "Device or resource busy");
    arrange(DEDICATED);
    kernel.writes.clear();
    look();
    assertEquals(List.of(), kernel.writes, "not at once");
    nanos += Duration.ofSeconds(10).toNanos();
    assertNotNull(look().notIsolated());
    look();
    assertEquals(List.of(UnitSpec.SLICE + "/cpuset.cpus.exclusive 6-7"), kernel.writes);
    kernel.allow("cpuset.cpus.exclusive");
    nanos += Duration.ofSeconds(10).toNanos();
    assertArranged(DEDICATED);
  }

  @Test
  void whereTheKernelRefusesExclusiveCpusItsWordsAreToldAndTheVcpusPinned() {
    kernel.refuse("cpuset.cpus.exclusive", "Invalid argument");
    arrange(DEDICATED);
    var found = look();
    assertEquals(DEDICATED, found.arrangement());
    assertTrue(found.notIsolated().contains("Invalid argument"), found.notIsolated());
    assertTrue(found.notIsolated().contains("lpar.slice/cpuset.cpus.exclusive"));
  }

  @Test
  void anOldKernelIsNamedAsTheReason() throws IOException {
    Files.delete(kernel.slice().resolve("cpuset.cpus.exclusive"));
    arrange(DEDICATED);
    assertEquals(DEDICATED, look().arrangement());
    assertTrue(look().notIsolated().contains("Linux 6.7"), look().notIsolated());
  }

  @Test
  void whatElseTheKernelRefusesNamesTheFile() {
    kernel.refuse("cpu.max", "Invalid argument");
    var refusal = assertThrows(HostException.class, () -> arrange(CAPPED));
    assertTrue(
        refusal.getMessage().contains("can't write \"40000 20000\" to ")
            && refusal.getMessage().endsWith("vcpus/cpu.max: Invalid argument"),
        refusal.getMessage());
  }

  @Test
  void theSampleHasTheTimesOfEachVcpuAndHowLongTheCapHeldThemBack() {
    arrange(CAPPED);
    write(kernel.unit(A).resolve("vcpus/cpu.stat"), "nr_throttled 2\nthrottled_usec 1500\n");
    assertEquals(
        new Sample(
            Duration.ofSeconds(5),
            List.of(
                new VcpuTime(Duration.ofNanos(4_002_000), Duration.ofNanos(4002)),
                new VcpuTime(Duration.ofNanos(4_003_000), Duration.ofNanos(4003))),
            Duration.ofNanos(1_500_000)),
        look().sample());
    kernel.end(PID, 4003);
    assertNull(look().sample());
    assertNotNull(look().arrangement());
    assertNull(cpus.guest(A, PID, List.of()).sample());
  }

  @Test
  void theHostsSlicesAreConfinedAndSetFree() throws IOException {
    assertEquals(CpuSet.EMPTY, cpus.look().host());
    cpus.confineHost(HOST);
    assertEquals(new TreeMap<>(Map.of("init.scope", HOST, "system.slice", HOST)), units.confined);
    confined();
    assertEquals(HOST, cpus.look().host());
    units.confined.clear();
    cpus.confineHost(HOST);
    assertEquals(Map.of(), units.confined);

    kernel.group(kernel.slice().resolveSibling("kubepods.slice"));
    assertEquals(ONLINE, cpus.look().host(), "one slice may run anywhere");
    cpus.confineHost(HOST);
    assertEquals(Map.of("kubepods.slice", HOST), units.confined);
    confined();

    cpus.confineHost(CpuSet.EMPTY);
    confined();
    assertEquals(CpuSet.EMPTY, cpus.look().host());
    assertEquals(ONLINE, units.confined.get("system.slice"), "the kernel takes no empty set");
  }

  @Test
  void podsOfAKubeletThatDoesWithoutSystemdAreConfinedInTheirOwnGroup() {
    var pods = kernel.slice().resolveSibling("kubepods");
    cpus.confineHost(HOST);
    confined();
    kernel.group(pods);
    assertEquals(ONLINE, cpus.look().host());
    units.confined.clear();
    cpus.confineHost(HOST);
    assertEquals(Map.of(), units.confined, "systemd doesn't know the group");
    assertEquals(HOST, kernel.effective("kubepods"));
    assertEquals(HOST, cpus.look().host());
    cpus.confineHost(CpuSet.EMPTY);
    assertEquals(ONLINE, kernel.effective("kubepods"));
    kernel.refuse("cpuset.cpus", "Device or resource busy");
    var refusal = assertThrows(HostException.class, () -> cpus.confineHost(HOST));
    assertTrue(
        refusal.getMessage().startsWith("can't keep kubepods to the CPUs 0: can't write \"0\" to "),
        refusal.getMessage());
  }

  private void confined() {
    units.confined.forEach(
        (name, set) ->
            write(kernel.slice().resolveSibling(name).resolve("cpuset.cpus"), set.toString()));
  }
}
