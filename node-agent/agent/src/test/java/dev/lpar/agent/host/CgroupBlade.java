package dev.lpar.agent.host;

import static dev.lpar.agent.plan.Intents.A;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.CpuArrangement.Cap;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.systemd.FakeTransientUnits;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.LparId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A blade with one guest on a kernel's tree of control groups: eight CPUs, the first is the host's.
 */
final class CgroupBlade {
  static final CpuSet ONLINE = CpuSet.parse("0-7");
  static final CpuSet HOST = CpuSet.of(0);
  static final long PID = 4000;
  private static final List<Long> VCPUS = List.of(4002L, 4003L);

  static final CpuArrangement SHARED = shared("1-7", 2500, null);
  static final CpuArrangement CAPPED = shared("1-5", 4000, 40_000L);
  static final CpuArrangement DEDICATED = dedicated("6-7", 6, 7);

  final FakeCgroups kernel;
  final FakeTransientUnits units = new FakeTransientUnits();
  CgroupCpus cpus;
  long nanos = 5_000_000_000L;

  private final Path folder;

  CgroupBlade(Path folder) {
    this.folder = folder;
    kernel = new FakeCgroups(folder.resolve("sys"), folder.resolve("proc"), ONLINE);
    restartAgent();
    start(A, PID);
  }

  void restartAgent() {
    cpus =
        new CgroupCpus(
            folder.resolve("sys"),
            folder.resolve("proc"),
            units,
            new CgroupCpus.Readings(
                () ->
                    new CpuTopology(
                        List.of(
                            new CpuTopology.Node(
                                0, 0, ONLINE.stream().mapToObj(CpuSet::of).toList())),
                        CpuSet.EMPTY),
                Map::of),
            new CgroupCpus.Kernel(kernel, kernel, () -> nanos));
  }

  void start(LparId id, long pid) {
    kernel.start(id, pid, List.of("qemu-system-x86", "worker", "CPU 0/KVM", "CPU 1/KVM"));
  }

  static CpuArrangement shared(String vcpus, int weight, Long quotaMicros) {
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

  static CpuArrangement dedicated(String cores, Integer... pins) {
    return new CpuArrangement(100, HOST, CpuSet.parse(cores), true, null, List.of(pins));
  }

  void arrange(CpuArrangement wanted) {
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

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  GuestCpus look() {
    return cpus.guest(A, PID, VCPUS);
  }

  void assertArranged(CpuArrangement wanted) {
    var found = look();
    assertEquals(wanted, found.arrangement());
    assertEquals(List.of(), found.strays());
    assertNull(found.notIsolated());
  }
}
