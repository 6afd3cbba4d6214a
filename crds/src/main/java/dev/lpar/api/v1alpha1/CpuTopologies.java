package dev.lpar.api.v1alpha1;

import dev.lpar.api.v1alpha1.BladeStatus.NumaNode;
import dev.lpar.api.v1alpha1.BladeStatus.Topology;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.MemorySize;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A blade's CPUs as its status has them, and as the planner takes them. */
public final class CpuTopologies {
  private CpuTopologies() {}

  /** A blade that hasn't told yet has no CPUs. */
  public static CpuTopology of(@Nullable Topology topology) {
    if (topology == null || topology.numaNodes() == null) {
      return CpuTopology.NONE;
    }
    return new CpuTopology(
        topology.numaNodes().stream()
            .filter(node -> node.cores() != null && !node.cores().isEmpty())
            .map(
                node ->
                    new CpuTopology.Node(
                        node.id(),
                        node.socket() == null ? 0 : node.socket(),
                        node.cores().stream().map(CpuSet::parse).toList()))
            .toList(),
        topology.isolated() == null ? CpuSet.EMPTY : CpuSet.parse(topology.isolated()));
  }

  /**
   * @param memory of each NUMA node, also of those without CPUs
   */
  public static Topology toApi(CpuTopology topology, Map<Integer, MemorySize> memory) {
    var sockets = topology.nodes().stream().map(CpuTopology.Node::socket).distinct().count();
    var nodes =
        memory.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(
                entry ->
                    topology.nodes().stream()
                        .filter(node -> node.id() == entry.getKey())
                        .findFirst()
                        .map(node -> node(node, entry.getValue()))
                        .orElseGet(
                            () ->
                                new NumaNode(
                                    entry.getKey(), null, List.of(), entry.getValue().toString())))
            .toList();
    var isolated = topology.isolated();
    return new Topology(
        (int) Math.max(1, sockets), nodes, isolated.isEmpty() ? null : isolated.toString());
  }

  private static NumaNode node(CpuTopology.Node node, MemorySize memory) {
    return new NumaNode(
        node.id(),
        node.socket(),
        node.cores().stream().map(CpuSet::toString).toList(),
        memory.toString());
  }
}
