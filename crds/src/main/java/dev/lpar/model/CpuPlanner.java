package dev.lpar.model;

import dev.lpar.model.CpuPlan.Cores;
import dev.lpar.model.CpuPlan.Request;
import dev.lpar.model.CpuPlan.Shortage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides a blade's CPUs: some for the host, whole cores for each dedicated partition, the rest
 * shared. The operator asks it whether a partition has room, the agent which CPUs it gets: both
 * have the same answer. The same question always has the same answer.
 *
 * <ul>
 *   <li>The host has the lowest CPUs, core by core; what is left of a core of its is shared, never
 *       dedicated.
 *   <li>A partition that has cores keeps them, whoever comes or goes. A new one gets cores of one
 *       NUMA node: one it wants to be near to, else the node with the fewest free cores that will
 *       do, so that large gaps stay; else of one socket; else of as few nodes as possible.
 *   <li>CPUs that the kernel was booted to keep free of work are given to dedicated partitions
 *       first, and never shared.
 *   <li>{@code sharedMinimum} CPUs stay shared, and one in any case where the host has none.
 * </ul>
 */
public final class CpuPlanner {
  private final CpuSet isolated;
  private final CpuSet host;
  private final FreeCores free;
  private final Map<LparId, Cores> given = new LinkedHashMap<>();
  private final Map<LparId, Shortage> lacking = new LinkedHashMap<>();

  private CpuPlanner(CpuTopology topology, int hostCpus, int sharedMinimum) {
    this.isolated = topology.isolated().intersect(topology.cpus());
    this.host = lowest(topology, hostCpus);
    int kept = Math.max(sharedMinimum, host.isEmpty() ? 1 : 0);
    this.free = new FreeCores(topology, host, kept);
  }

  /**
   * @param hostCpus how many CPUs are the host's
   * @param sharedMinimum how many CPUs dedicated partitions leave at least
   * @param requests of dedicated partitions, active or not, those served first coming first
   */
  public static CpuPlan plan(
      CpuTopology topology, int hostCpus, int sharedMinimum, Collection<Request> requests) {
    var planner = new CpuPlanner(topology, hostCpus, sharedMinimum);
    var homeless = new ArrayList<Request>();
    for (var request : requests) {
      if (!planner.keep(request)) {
        homeless.add(request);
      }
    }
    homeless.forEach(planner::place);
    var dedicated =
        planner.given.values().stream().map(Cores::cpus).reduce(CpuSet.EMPTY, CpuSet::union);
    return new CpuPlan(
        planner.host,
        planner.given,
        planner.lacking,
        topology.cpus().minus(planner.host).minus(dedicated).minus(planner.isolated),
        planner.isolated);
  }

  /** CPU 0's core first. */
  private CpuSet lowest(CpuTopology topology, int count) {
    return CpuSet.of(
        topology.nodes().stream()
            .flatMap(node -> node.cores().stream())
            .flatMapToInt(CpuSet::stream)
            .filter(cpu -> !isolated.contains(cpu))
            .limit(Math.max(0, count))
            .toArray());
  }

  /**
   * Gives a partition the cores that it has, if they still are what it asks for; also when more are
   * to stay shared by now: it may be running on them.
   */
  private boolean keep(Request request) {
    var pins = request.pins();
    if (pins.isEmpty() || pins.size() != request.vcpus()) {
      return false;
    }
    int threads = request.threadsPerCore();
    var cores = new ArrayList<CpuSet>();
    for (int i = 0; i < pins.size(); i += threads) {
      var ofCore = pins.subList(i, Math.min(i + threads, pins.size()));
      var used = CpuSet.of(ofCore.stream().mapToInt(pin -> pin).toArray());
      var core = free.withAll(used);
      if (used.size() != ofCore.size() || core.isEmpty() || cores.contains(core.get())) {
        return false;
      }
      cores.add(core.get());
    }
    take(request, cores, pins);
    return true;
  }

  private void place(Request request) {
    int threads = request.threadsPerCore();
    int need = Math.ceilDiv(request.vcpus(), threads);
    var cores = free.choose(need, threads, request.nearNodes());
    if (cores.isEmpty()) {
      lacking.put(request.id(), new Shortage(need, free.byNode(threads)));
      return;
    }
    take(
        request,
        cores.get(),
        cores.get().stream()
            .flatMap(core -> core.stream().limit(threads).boxed())
            .limit(request.vcpus())
            .toList());
  }

  private void take(Request request, List<CpuSet> cores, List<Integer> pins) {
    var nodes = free.nodesOf(cores);
    free.take(cores);
    given.put(
        request.id(), new Cores(pins, cores.stream().reduce(CpuSet.EMPTY, CpuSet::union), nodes));
  }
}
