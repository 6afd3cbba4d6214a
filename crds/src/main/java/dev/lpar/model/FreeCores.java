package dev.lpar.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** The whole cores of a blade that nobody has yet, and how many CPUs have to stay shared. */
final class FreeCores {
  private record Core(CpuSet cpus, CpuTopology.Node node) {}

  private final CpuSet isolated;
  private final List<Core> cores = new ArrayList<>();

  /** The blade's lowest CPU. */
  private final int first;

  /** CPUs that may be taken from the shared ones. */
  private int spare;

  /**
   * @param kept CPUs that stay shared
   */
  FreeCores(CpuTopology topology, CpuSet host, int kept) {
    this.isolated = topology.isolated();
    this.first = topology.cpus().stream().findFirst().orElse(0);
    for (var node : topology.nodes()) {
      for (var core : node.cores()) {
        if (core.intersect(host).isEmpty()) {
          cores.add(new Core(core, node));
        }
      }
    }
    this.spare = topology.cpus().minus(host).minus(isolated).size() - kept;
  }

  /** The core that has all of these CPUs. */
  Optional<CpuSet> withAll(CpuSet cpus) {
    return cores.stream().map(Core::cpus).filter(core -> cpus.minus(core).isEmpty()).findFirst();
  }

  /** Whether enough CPUs stay shared without these cores. */
  boolean spares(Collection<CpuSet> wanted) {
    return wanted.stream().mapToInt(this::cost).sum() <= spare;
  }

  /** How many shared CPUs a core's dedication takes away. */
  private int cost(CpuSet core) {
    return core.minus(isolated).size();
  }

  void take(Collection<CpuSet> taken) {
    spare -= taken.stream().mapToInt(this::cost).sum();
    cores.removeIf(core -> taken.contains(core.cpus()));
  }

  List<Integer> nodesOf(Collection<CpuSet> some) {
    return cores.stream()
        .filter(core -> some.contains(core.cpus()))
        .map(core -> core.node().id())
        .distinct()
        .sorted()
        .toList();
  }

  /** Free whole cores by NUMA node, each node counted as if nobody took those of another. */
  Map<Integer, Integer> byNode(int threads) {
    var counts = new TreeMap<Integer, Integer>();
    for (var core : cores) {
      counts.putIfAbsent(core.node().id(), 0);
    }
    counts.replaceAll((id, _) -> affordable(cheapest(fitting(threads, onNode(id)))).size());
    return counts;
  }

  /** So many cores of at least so many threads, as near to each other as can be. */
  Optional<List<CpuSet>> choose(int count, int threads, List<Integer> nearNodes) {
    return Stream.of(
            nearNodes.stream().distinct().map(List::of),
            tightest(count, threads, core -> core.node().id()),
            sockets(count, threads),
            Stream.of(spread(threads)))
        .flatMap(Function.identity())
        .map(nodes -> some(count, threads, nodes))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> cheap(count, threads));
  }

  /** Each node that has the cores, the one with the fewest first. */
  private Stream<List<Integer>> tightest(int count, int threads, Function<Core, Integer> by) {
    var sizes = new TreeMap<Integer, Integer>();
    fitting(threads, cores.stream()).forEach(core -> sizes.merge(by.apply(core), 1, Integer::sum));
    return sizes.entrySet().stream()
        .filter(entry -> entry.getValue() >= count)
        .sorted(Map.Entry.comparingByValue())
        .map(entry -> List.of(entry.getKey()));
  }

  /** The nodes of each socket that has the cores, the socket with the fewest first. */
  private Stream<List<Integer>> sockets(int count, int threads) {
    return tightest(count, threads, core -> core.node().socket())
        .map(
            socket ->
                spread(threads).stream()
                    .filter(
                        id -> onNode(id).anyMatch(core -> socket.contains(core.node().socket())))
                    .toList());
  }

  /** All nodes, those with the most cores first: as few as possible are used. */
  private List<Integer> spread(int threads) {
    var sizes = new LinkedHashMap<Integer, Integer>();
    fitting(threads, cores.stream())
        .forEach(core -> sizes.merge(core.node().id(), 1, Integer::sum));
    return sizes.entrySet().stream()
        .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The cores from these nodes, one node after the other. */
  private Optional<List<CpuSet>> some(int count, int threads, List<Integer> nodes) {
    var found = new LinkedHashSet<CpuSet>();
    for (var node : nodes) {
      cheapest(fitting(threads, onNode(node))).stream()
          .limit(count - found.size())
          .forEach(found::add);
    }
    var chosen = List.copyOf(found);
    return chosen.size() == count && spares(chosen) ? Optional.of(chosen) : Optional.empty();
  }

  /** The cores that leave most CPUs shared, wherever they are. */
  private Optional<List<CpuSet>> cheap(int count, int threads) {
    var chosen = affordable(cheapest(fitting(threads, cores.stream())));
    return chosen.size() >= count ? Optional.of(chosen.subList(0, count)) : Optional.empty();
  }

  private Stream<Core> onNode(int id) {
    return cores.stream().filter(core -> core.node().id() == id);
  }

  private static Stream<Core> fitting(int threads, Stream<Core> some) {
    return some.filter(core -> core.cpus().size() >= threads);
  }

  /**
   * Cores kept free by the kernel first, then those of which the least stays idle; last the one
   * that the kernel does its own work on by default.
   */
  private List<CpuSet> cheapest(Stream<Core> some) {
    return some.map(Core::cpus)
        .sorted(
            Comparator.comparingInt(this::cost)
                .thenComparingInt(CpuSet::size)
                .thenComparing(core -> core.contains(first))
                .thenComparingInt(core -> core.stream().findFirst().orElse(0)))
        .toList();
  }

  /** As many of these, from the first, as can be spared. */
  private List<CpuSet> affordable(List<CpuSet> some) {
    var chosen = new ArrayList<CpuSet>();
    for (var core : some) {
      chosen.add(core);
      if (!spares(chosen)) {
        chosen.removeLast();
        break;
      }
    }
    return chosen;
  }
}
