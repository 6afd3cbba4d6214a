package dev.lpar.agent.vmexit;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What KVM's statistics of vCPUs tell of exits (kvm_vcpu_stats_desc, arch/x86/kvm/x86.c), for want
 * of the counter. They tell some kinds apart; the rest of {@code exits} is one factor.
 */
final class KvmStatistics {
  private static final String ALL = "exits";

  private static final Map<String, ExitFactor> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("halt_exits", new ExitFactor("Halt exits", ExitGroup.HALT));
    KINDS.put("irq_exits", new ExitFactor("Interrupt exits", ExitGroup.INTERRUPT));
    KINDS.put("irq_window_exits", new ExitFactor("Interrupt windows", ExitGroup.INTERRUPT));
    KINDS.put("nmi_window_exits", new ExitFactor("NMI windows", ExitGroup.INTERRUPT));
    KINDS.put("io_exits", new ExitFactor("I/O exits", ExitGroup.INSTRUCTION_EMULATION));
    KINDS.put("hypercalls", new ExitFactor("Hypercalls", ExitGroup.INSTRUCTION_EMULATION));
    KINDS.put("pf_taken", new ExitFactor("Page faults", ExitGroup.PAGE_FAULT));
    KINDS.put("invlpg", new ExitFactor("INVLPG", ExitGroup.MMU));
  }

  private static final ExitFactor REST = new ExitFactor("Not told apart", ExitGroup.OTHER);

  private KvmStatistics() {}

  /** The statistics that are asked for. */
  static List<String> names() {
    return Stream.concat(Stream.of(ALL), KINDS.keySet().stream()).toList();
  }

  /**
   * @param statistics by name, summed over the vCPUs
   * @return empty when they don't tell the exits
   */
  static Optional<Map<ExitFactor, ExitTally>> exits(Map<String, Long> statistics) {
    var all = statistics.get(ALL);
    if (all == null) {
      return Optional.empty();
    }
    var exits = new HashMap<ExitFactor, ExitTally>();
    long rest = all;
    for (var kind : KINDS.entrySet()) {
      long count = statistics.getOrDefault(kind.getKey(), 0L);
      if (count > 0) {
        exits.put(kind.getValue(), counted(count));
        rest -= count;
      }
    }
    if (rest > 0) {
      exits.put(REST, counted(rest));
    }
    return Optional.of(exits);
  }

  private static ExitTally counted(long count) {
    return new ExitTally(count, 0, 0, 0, new long[ExitTally.BUCKETS]);
  }
}
