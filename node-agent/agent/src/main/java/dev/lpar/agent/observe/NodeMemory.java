package dev.lpar.agent.observe;

import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Memory that each NUMA node could give to a guest now (Documentation/filesystems/proc.rst,
 * Documentation/admin-guide/mm/hugetlbpage.rst).
 */
public final class NodeMemory {
  private static final String NODES = "sys/devices/system/node/node";

  private NodeMemory() {}

  /** Reads {@code sys} below the root; {@code proc}, on a blade without NUMA. */
  public static Map<Integer, Map<Pages, MemorySize>> free(HostFiles files) {
    var free = new TreeMap<Integer, Map<Pages, MemorySize>>();
    CpuTopologyReader.numbers(files).forEach(node -> free.put(node, free(files, node)));
    return free;
  }

  private static Map<Pages, MemorySize> free(HostFiles files, int node) {
    var sizes = new EnumMap<Pages, MemorySize>(Pages.class);
    var meminfo =
        files.text(NODES + node + "/meminfo").or(() -> files.text("proc/meminfo")).orElse("");
    // A node has no MemAvailable: what is free, and the file pages that nobody used of late.
    sizes.put(
        Pages.SIZE_4KI,
        new MemorySize((kibi(meminfo, "MemFree") + kibi(meminfo, "Inactive\\(file\\)")) << 10));
    var pools =
        files.exists(NODES + node) ? NODES + node + "/hugepages/" : "sys/kernel/mm/hugepages/";
    for (var size : Pages.values()) {
      var pool = "hugepages-" + (size.bytes() >> 10) + "kB/free_hugepages";
      files
          .text(pools + pool)
          .ifPresent(
              pages -> sizes.put(size, new MemorySize(Long.parseLong(pages) * size.bytes())));
    }
    return sizes;
  }

  private static long kibi(String meminfo, String name) {
    var matcher = Pattern.compile("(?m)\\b" + name + ":\\s*([0-9]+) kB").matcher(meminfo);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
