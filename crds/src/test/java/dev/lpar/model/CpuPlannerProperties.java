package dev.lpar.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.model.CpuPlan.Cores;
import dev.lpar.model.CpuPlan.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds of every plan, whatever the blade and the partitions. */
class CpuPlannerProperties {
  private record Shape(int vcpus, int threads, int near) {}

  @Provide
  Arbitrary<CpuTopology> topologies() {
    return Arbitraries.of(
            "one-socket",
            "two-sockets",
            "eight-nodes",
            "asymmetrical",
            "hybrid",
            "isolated",
            "small")
        .map(Topologies::read);
  }

  @Provide
  Arbitrary<List<Request>> requests() {
    var shape =
        Combinators.combine(
                Arbitraries.integers().between(1, 6),
                Arbitraries.integers().between(1, 2),
                Arbitraries.integers().between(-1, 7))
            .as((cores, threads, near) -> new Shape(cores * threads, threads, near));
    return shape
        .list()
        .ofMaxSize(6)
        .map(
            shapes -> {
              var requests = new ArrayList<Request>();
              for (var s : shapes) {
                requests.add(
                    new Request(
                        CpuPlannerTest.id(requests.size() + 1),
                        s.vcpus(),
                        s.threads(),
                        s.near() < 0 ? List.of() : List.of(s.near()),
                        List.of()));
              }
              return List.copyOf(requests);
            });
  }

  @Property
  void theSetsAreDisjointAndTogetherAreTheBlade(
      @ForAll("topologies") CpuTopology topology,
      @ForAll("requests") List<Request> requests,
      @ForAll @IntRange(max = 5) int host,
      @ForAll @IntRange(max = 5) int minimum) {
    var plan = CpuPlanner.plan(topology, host, minimum, requests);
    var sets = new ArrayList<CpuSet>(List.of(plan.host(), plan.shared()));
    plan.cores().values().forEach(cores -> sets.add(cores.cpus()));
    var all = CpuSet.EMPTY;
    for (var set : sets) {
      assertEquals(CpuSet.EMPTY, all.intersect(set));
      all = all.union(set);
    }
    assertEquals(topology.cpus(), all.union(plan.isolated()));
    assertEquals(CpuSet.EMPTY, plan.isolated().intersect(plan.host().union(plan.shared())));
    assertEquals(requests.size(), plan.cores().size() + plan.lacking().size());
    if (!plan.cores().isEmpty()) {
      assertTrue(plan.shared().size() >= minimum);
      assertTrue(!plan.shared().isEmpty() || !plan.host().isEmpty());
    }
    assertEquals(plan, CpuPlanner.plan(topology, host, minimum, requests), "no chance in it");
  }

  @Property
  void coresAreWholeAndUsedAsAsked(
      @ForAll("topologies") CpuTopology topology, @ForAll("requests") List<Request> requests) {
    var plan = CpuPlanner.plan(topology, 1, 1, requests);
    for (var request : requests) {
      var cores = plan.cores().get(request.id());
      if (cores != null) {
        assertEquals(request.vcpus(), cores.pins().stream().distinct().count());
        for (var node : topology.nodes()) {
          for (var core : node.cores()) {
            var taken = core.intersect(cores.cpus());
            assertTrue(taken.isEmpty() || taken.equals(core), "cores are whole");
            long used = cores.pins().stream().filter(core::contains).count();
            assertEquals(taken.isEmpty() ? 0 : request.threadsPerCore(), used);
          }
        }
      }
    }
  }

  /** Partitions come and go in any order; those that stay are where they were. */
  @Property
  void nobodyIsMovedForAnother(
      @ForAll("topologies") CpuTopology topology,
      @ForAll("requests") List<Request> requests,
      @ForAll @IntRange(max = 63) int leaving) {
    var before = CpuPlanner.plan(topology, 1, 1, requests).cores();
    var staying = new ArrayList<Request>();
    for (int i = requests.size() - 1; i >= 0; i--) {
      if ((leaving >> i & 1) == 0) {
        staying.add(pinned(requests.get(i), before));
      }
    }
    staying.addFirst(new Request(CpuPlannerTest.id(99), 2, 1, List.of(), List.of()));
    var after = CpuPlanner.plan(topology, 1, 1, staying).cores();
    for (var request : staying) {
      if (before.containsKey(request.id())) {
        assertEquals(before.get(request.id()), after.get(request.id()));
      }
    }
  }

  private static Request pinned(Request request, Map<LparId, Cores> before) {
    var cores = before.get(request.id());
    return new Request(
        request.id(),
        request.vcpus(),
        request.threadsPerCore(),
        request.nearNodes(),
        cores == null ? List.of() : cores.pins());
  }

  /** By trying every set of cores. */
  @Property
  void aPartitionIsLackingOnlyWhereNoCoresWouldDo(
      @ForAll @IntRange(min = 1, max = 6) int cores,
      @ForAll @IntRange(min = 1, max = 2) int threads,
      @ForAll @IntRange(max = 3) int host,
      @ForAll @IntRange(max = 6) int minimum) {
    for (var name : List.of("hybrid", "isolated", "small", "asymmetrical")) {
      var topology = Topologies.read(name);
      var request =
          new Request(CpuPlannerTest.id(1), cores * threads, threads, List.of(), List.of());
      var plan = CpuPlanner.plan(topology, host, minimum, List.of(request));
      assertEquals(
          possible(topology, plan.host(), request, minimum), plan.lacking().isEmpty(), name);
    }
  }

  private static boolean possible(CpuTopology topology, CpuSet host, Request request, int minimum) {
    var cores =
        topology.nodes().stream()
            .flatMap(node -> node.cores().stream())
            .filter(core -> core.intersect(host).isEmpty())
            .filter(core -> core.size() >= request.threadsPerCore())
            .toList();
    int need = request.vcpus() / request.threadsPerCore();
    int stay = Math.max(minimum, host.isEmpty() ? 1 : 0);
    for (int chosen = 0; chosen < 1 << cores.size(); chosen++) {
      var taken = CpuSet.EMPTY;
      for (int i = 0; i < cores.size(); i++) {
        taken = (chosen >> i & 1) == 1 ? taken.union(cores.get(i)) : taken;
      }
      var shared = topology.cpus().minus(host).minus(topology.isolated()).minus(taken);
      if (Integer.bitCount(chosen) == need && shared.size() >= stay) {
        return true;
      }
    }
    return false;
  }
}
