package dev.lpar.model;

import java.util.List;
import java.util.Map;

/**
 * Which CPUs are whose on a blade. The cores of different partitions, the host's and the shared
 * CPUs have none in common.
 *
 * @param host the operating system's and QEMU's own threads'; empty when nothing is reserved, and
 *     those run on the shared ones
 * @param cores by dedicated partition
 * @param lacking dedicated partitions that no cores are left for
 * @param shared what is nobody's own, while all dedicated partitions are active
 * @param isolated CPUs that are dedicated or idle, but never shared
 */
public record CpuPlan(
    CpuSet host,
    Map<LparId, Cores> cores,
    Map<LparId, Shortage> lacking,
    CpuSet shared,
    CpuSet isolated) {

  public CpuPlan {
    cores = Map.copyOf(cores);
    lacking = Map.copyOf(lacking);
  }

  /**
   * What a partition asks for.
   *
   * @param vcpus a last one without a partner has a core to itself
   * @param threadsPerCore 1 or 2
   * @param nearNodes NUMA nodes it would be near to (its devices', its memory's), best first; may
   *     be empty
   * @param pins the CPU of each vCPU that it had last; empty when it never had any
   */
  public record Request(
      LparId id, int vcpus, int threadsPerCore, List<Integer> nearNodes, List<Integer> pins) {
    public Request {
      nearNodes = List.copyOf(nearNodes);
      pins = List.copyOf(pins);
    }
  }

  /**
   * A dedicated partition's CPUs.
   *
   * @param pins the CPU of each vCPU, in their order
   * @param cpus all threads of its cores, used or idle
   * @param nodes NUMA nodes of the cores
   */
  public record Cores(List<Integer> pins, CpuSet cpus, List<Integer> nodes) {
    public Cores {
      pins = List.copyOf(pins);
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * Why there is no room.
   *
   * @param cores how many whole cores are needed
   * @param free how many whole cores could be had, by NUMA node
   */
  public record Shortage(int cores, Map<Integer, Integer> free) {
    public Shortage {
      free = Map.copyOf(free);
    }
  }

  /** The shared CPUs while only these dedicated partitions are active. */
  public CpuSet sharedWhile(Iterable<LparId> active) {
    var all =
        cores.values().stream().map(Cores::cpus).reduce(shared, CpuSet::union).minus(isolated);
    for (var id : active) {
      var own = cores.get(id);
      all = own == null ? all : all.minus(own.cpus());
    }
    return all;
  }
}
