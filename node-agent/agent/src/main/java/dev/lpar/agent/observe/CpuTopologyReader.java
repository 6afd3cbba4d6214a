package dev.lpar.agent.observe;

import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The online CPUs in their cores, sockets and NUMA nodes
 * (Documentation/admin-guide/cputopology.rst, Documentation/ABI/stable/sysfs-devices-node).
 */
public final class CpuTopologyReader {
  private static final String CPUS = "sys/devices/system/cpu";
  private static final String NODES = "sys/devices/system/node";

  private static final Pattern TOPOLOGY_EXTENSIONS =
      Pattern.compile("(?m)^flags\\s*:.*\\btopoext\\b");

  private CpuTopologyReader() {}

  /** Reads {@code sys} below the root. A blade without NUMA is one node. */
  public static CpuTopology read(HostFiles files) {
    var online = set(files, CPUS + "/online");
    var nodes = new ArrayList<CpuTopology.Node>();
    numbers(files)
        .forEach(
            id -> {
              var cpus =
                  files
                      .text(NODES + "/node" + id + "/cpulist")
                      .map(list -> common(CpuSet.parse(list), online))
                      .orElse(online);
              if (!cpus.isEmpty()) {
                nodes.add(new CpuTopology.Node(id, socket(files, cpus), cores(files, cpus)));
              }
            });
    return new CpuTopology(nodes, common(set(files, CPUS + "/isolated"), online));
  }

  /** Whether the processors have AMD's topology extensions, which tell of siblings. */
  public static boolean hasTopologyExtensions(HostFiles files) {
    return TOPOLOGY_EXTENSIONS.matcher(files.text("proc/cpuinfo").orElse("")).find();
  }

  /** All NUMA nodes, those without CPUs, too. */
  static List<Integer> numbers(HostFiles files) {
    return CpuSet.parse(files.text(NODES + "/online").orElse("0")).stream().boxed().toList();
  }

  private static int socket(HostFiles files, CpuSet cpus) {
    int first = cpus.stream().findFirst().orElseThrow();
    return files
        .text(CPUS + "/cpu" + first + "/topology/physical_package_id")
        .map(Integer::parseInt)
        .filter(id -> id >= 0) // A hypervisor may not say.
        .orElse(0);
  }

  private static List<CpuSet> cores(HostFiles files, CpuSet cpus) {
    var cores = new LinkedHashSet<CpuSet>();
    cpus.stream()
        .forEach(
            cpu ->
                cores.add(
                    files
                        .text(CPUS + "/cpu" + cpu + "/topology/thread_siblings_list")
                        .map(list -> common(CpuSet.parse(list), cpus))
                        .orElse(CpuSet.of(cpu))));
    return List.copyOf(cores);
  }

  private static CpuSet set(HostFiles files, String path) {
    return CpuSet.parse(files.text(path).orElse(""));
  }

  private static CpuSet common(CpuSet some, CpuSet others) {
    return some.minus(some.minus(others));
  }
}
