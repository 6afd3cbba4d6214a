package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedHost.HugePagePool;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.Map;

/** The kernel's pools of huge pages. */
public interface HugePages {
  Map<Pages, HugePagePool> pools();

  /** Asks the kernel; {@link #pools()} tells what it gave. */
  void reserve(Pages size, long pages);
}
