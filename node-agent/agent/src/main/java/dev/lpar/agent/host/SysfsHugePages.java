package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedHost.HugePagePool;
import dev.lpar.model.PartitionIntent.Pages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Pools in {@code /sys/kernel/mm/hugepages} (Documentation/admin-guide/mm/hugetlbpage.rst). */
public final class SysfsHugePages implements HugePages {
  private final Path pools;
  private final Map<Pages, Long> asked = new ConcurrentHashMap<>();

  /**
   * @param sys a sysfs that can be written to
   */
  public SysfsHugePages(Path sys) {
    this.pools = sys.resolve("kernel/mm/hugepages");
  }

  @Override
  public Map<Pages, HugePagePool> pools() {
    var found = new EnumMap<Pages, HugePagePool>(Pages.class);
    for (var size : Pages.values()) {
      var pool = pool(size);
      if (size != Pages.SIZE_4KI && Files.isDirectory(pool)) {
        found.put(
            size,
            new HugePagePool(
                number(pool.resolve("nr_hugepages")),
                number(pool.resolve("free_hugepages")) - number(pool.resolve("resv_hugepages")),
                asked.get(size)));
      }
    }
    return found;
  }

  @Override
  public void reserve(Pages size, long pages) {
    asked.put(size, pages);
    var file = pool(size).resolve("nr_hugepages");
    try {
      Files.writeString(file, Long.toString(pages));
    } catch (IOException e) {
      throw new HostException("can't write " + pages + " to " + file + ": " + e.getMessage(), e);
    }
  }

  private Path pool(Pages size) {
    return pools.resolve("hugepages-" + size.bytes() / 1024 + "kB");
  }

  private static long number(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      throw new HostException("can't read a number from " + file + ": " + e.getMessage(), e);
    }
  }
}
