package dev.lpar.model;

import java.util.List;

/**
 * The online CPUs of a blade, as the kernel groups them.
 *
 * @param nodes NUMA nodes that have CPUs, in the order of their numbers
 * @param isolated CPUs that the kernel was booted to keep free of work (isolcpus)
 */
public record CpuTopology(List<Node> nodes, CpuSet isolated) {
  public static final CpuTopology NONE = new CpuTopology(List.of(), CpuSet.EMPTY);

  public CpuTopology {
    nodes = List.copyOf(nodes);
  }

  /**
   * A NUMA node.
   *
   * @param socket the kernel's physical package id
   * @param cores each as its online hardware threads, in the order of their lowest CPU
   */
  public record Node(int id, int socket, List<CpuSet> cores) {
    public Node {
      cores = List.copyOf(cores);
    }

    public CpuSet cpus() {
      return cores.stream().reduce(CpuSet.EMPTY, CpuSet::union);
    }
  }

  /** All online CPUs. */
  public CpuSet cpus() {
    return nodes.stream().map(Node::cpus).reduce(CpuSet.EMPTY, CpuSet::union);
  }
}
