package dev.lpar.agent.host;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.GuestCpus;
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
import java.util.TreeMap;

/** A blade's CPUs as the agent sees them. */
public final class FakeCpus implements Cpus {
  public CpuTopology topology =
      new CpuTopology(
          List.of(
              new CpuTopology.Node(
                  0, 0, List.of(CpuSet.of(0), CpuSet.of(1), CpuSet.of(2), CpuSet.of(3)))),
          CpuSet.EMPTY);
  public CpuSet host = CpuSet.EMPTY;
  public final Map<LparId, CpuArrangement> arrangements = new HashMap<>();
  public final Map<LparId, List<String>> strays = new HashMap<>();
  public final Map<LparId, GuestCpus.Sample> samples = new HashMap<>();
  public final Map<Integer, Interrupt> interrupts = new TreeMap<>();
  public final Map<Integer, Map<Pages, MemorySize>> freeMemory =
      new TreeMap<>(Map.of(0, Map.of(Pages.SIZE_4KI, MemorySize.parse("8Gi"))));

  @Override
  public ObservedCpus look() {
    return new ObservedCpus(topology, host, List.copyOf(interrupts.values()), freeMemory);
  }

  @Override
  public GuestCpus guest(LparId id, long pid, List<Long> threads) {
    return new GuestCpus(
        arrangements.get(id), strays.getOrDefault(id, List.of()), null, samples.get(id));
  }

  @Override
  public void arrange(LparId id, long pid, List<Long> threads, CpuArrangement arrangement) {
    arrangements.put(id, arrangement);
    strays.remove(id);
  }

  @Override
  public void confineHost(CpuSet cpus) {
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
