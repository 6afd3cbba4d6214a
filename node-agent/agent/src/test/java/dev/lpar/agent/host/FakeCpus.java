package dev.lpar.agent.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.plan.GuestCpus.Stray;
import dev.lpar.agent.plan.ObservedCpus;
import dev.lpar.agent.plan.ObservedCpus.Interrupt;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** A blade's CPUs as the agent sees them: four cores, unless a test wants others. */
public final class FakeCpus implements Cpus {
  public CpuTopology topology =
      new CpuTopology(
          List.of(
              new CpuTopology.Node(
                  0, 0, List.of(CpuSet.of(0), CpuSet.of(1), CpuSet.of(2), CpuSet.of(3)))),
          CpuSet.EMPTY);
  public CpuSet host = CpuSet.EMPTY;
  public final Map<LparId, List<Stray>> strays = new HashMap<>();
  public final Map<LparId, String> notIsolated = new HashMap<>();
  public final Map<LparId, GuestCpus.Sample> samples = new HashMap<>();
  public final Map<Integer, Interrupt> interrupts = new TreeMap<>();
  public final Map<Integer, Map<Pages, MemorySize>> freeMemory =
      new TreeMap<>(Map.of(0, Map.of(Pages.SIZE_4KI, MemorySize.parse("8Gi"))));

  /** What the kernel says to every arrangement, when it refuses. */
  public String refusal = "";

  /** What it says to those of one guest. */
  public final Map<LparId, String> refusals = new HashMap<>();

  /** What systemd says to keeping the host's work to some CPUs, when it refuses. */
  public String hostRefusal = "";

  private final Function<LparId, Optional<Long>> pids;
  private final Map<LparId, Arranged> arranged = new HashMap<>();

  private record Arranged(long pid, CpuArrangement arrangement) {}

  /**
   * @param pids of the guests that are there
   */
  FakeCpus(Function<LparId, Optional<Long>> pids) {
    this.pids = pids;
  }

  /** As it was last brought about for a guest; null when none is there. */
  public CpuArrangement arrangement(LparId id) {
    var found = arranged.get(id);
    return found == null ? null : found.arrangement();
  }

  /** A guest that has ended gives its CPUs back. */
  void ended(LparId id) {
    arranged.remove(id);
  }

  @Override
  public ObservedCpus look() {
    return new ObservedCpus(topology, host, List.copyOf(interrupts.values()), freeMemory);
  }

  @Override
  public GuestCpus guest(LparId id, long pid, List<Long> threads) {
    var found = arranged.get(id);
    var astray = strays.getOrDefault(id, List.of());
    return new GuestCpus(
        found == null || pid != 0 && found.pid() != pid ? null : seen(found.arrangement(), astray),
        astray,
        notIsolated.get(id),
        samples.get(id));
  }

  /** A vCPU that is astray is pinned to nothing of the guest's. */
  private static CpuArrangement seen(CpuArrangement made, List<Stray> astray) {
    return astray.stream().noneMatch(Stray::vcpu)
        ? made
        : new CpuArrangement(
            made.weight(), made.emulator(), made.vcpus(), made.isolated(), made.cap(), List.of());
  }

  /** The kernel takes what is isolated from everybody: nobody may be left on it. */
  @Override
  public void arrange(LparId id, long pid, List<Long> threads, CpuArrangement arrangement) {
    if (!refusal.isEmpty()) {
      throw new HostException(refusal);
    }
    if (refusals.containsKey(id)) {
      throw new HostException(refusals.get(id));
    }
    if (!pids.apply(id).equals(Optional.of(pid))) {
      return; // The guest has ended.
    }
    arranged.forEach(
        (other, has) -> {
          if (!other.equals(id)) {
            assertApart(arrangement, has.arrangement());
            assertApart(has.arrangement(), arrangement);
          }
        });
    assertApart(arrangement, host);
    arranged.put(id, new Arranged(pid, arrangement));
    strays.remove(id);
  }

  private static void assertApart(CpuArrangement one, CpuArrangement other) {
    assertApart(one, other.vcpus().union(other.emulator()));
  }

  private static void assertApart(CpuArrangement one, CpuSet others) {
    if (one.isolated()) {
      assertEquals(CpuSet.EMPTY, one.vcpus().intersect(others), "isolated");
    }
  }

  @Override
  public void confineHost(CpuSet cpus) {
    if (!hostRefusal.isEmpty()) {
      throw new HostException(hostRefusal);
    }
    arranged.values().forEach(has -> assertApart(has.arrangement(), cpus));
    host = cpus;
  }

  @Override
  public void steer(Map<Integer, CpuSet> wanted) {
    wanted.forEach(
        (number, cpus) ->
            interrupts.computeIfPresent(
                number, (_, old) -> new Interrupt(number, old.name(), cpus, old.device())));
  }
}
