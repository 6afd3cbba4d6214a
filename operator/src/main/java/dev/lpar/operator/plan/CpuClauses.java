package dev.lpar.operator.plan;

import dev.lpar.operator.plan.Obstacle.CoresTaken;
import dev.lpar.operator.plan.Obstacle.RatioUnusable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Says why a partition finds no CPUs, with the numbers of the blade that comes nearest. */
final class CpuClauses {
  private CpuClauses() {}

  /**
   * Such as "lacks cores to dedicate (need 4 whole cores, free: 2 on node 0, 1 on node 1;
   * sharedMinimumCpus 2 stay shared)".
   */
  static String cores(List<CoresTaken> group) {
    var nearest = group.stream().max(Comparator.comparingInt(CpuClauses::free)).orElseThrow();
    int need = nearest.shortage().cores();
    return "%s cores to dedicate (need %d whole %s%s, %s: %s%s)"
        .formatted(
            group.size() == 1 ? "lacks" : "lack",
            need,
            need == 1 ? "core" : "cores",
            nearest.threads() == 1 ? "" : " of %d threads".formatted(nearest.threads()),
            group.size() == 1 ? "free" : "most free",
            byNode(nearest.shortage().free()),
            staysShared(nearest));
  }

  private static int free(CoresTaken lack) {
    return lack.shortage().free().values().stream().mapToInt(Integer::intValue).sum();
  }

  private static String byNode(Map<Integer, Integer> free) {
    var nodes =
        free.entrySet().stream()
            .filter(node -> node.getValue() > 0)
            .sorted(Map.Entry.comparingByKey())
            .map(node -> "%d on node %d".formatted(node.getValue(), node.getKey()))
            .collect(Collectors.joining(", "));
    return nodes.isEmpty() ? "none" : nodes;
  }

  private static String staysShared(CoresTaken lack) {
    int minimum = lack.sharedMinimum();
    if (minimum > 0) {
      return "; sharedMinimumCpus %d %s shared".formatted(minimum, minimum == 1 ? "stays" : "stay");
    }
    return lack.hostShares() ? "; 1 CPU stays shared: the host has none of its own" : "";
  }

  /**
   * Such as "has too many shared CPUs for it (it can't use 50% of 8 shared CPUs (4.00) with 2
   * vCPUs: at most 25%, or more vCPUs)".
   */
  static String unusable(List<RatioUnusable> group) {
    var nearest =
        group.stream().min(Comparator.comparingInt(RatioUnusable::sharedCpus)).orElseThrow();
    int most = nearest.vcpus() * 100 / nearest.sharedCpus();
    return "%s too many shared CPUs for it (it can't use %d%% of %s (%s) with %s: %smore vCPUs)"
        .formatted(
            group.size() == 1 ? "has" : "have",
            nearest.ratio(),
            counted(nearest.sharedCpus(), "shared CPU"),
            String.format(Locale.ROOT, "%.2f", nearest.ratio() * nearest.sharedCpus() / 100.0),
            counted(nearest.vcpus(), "vCPU"),
            most == 0 ? "it needs " : "at most %d%%, or ".formatted(most));
  }

  private static String counted(int count, String thing) {
    return "%d %s%s".formatted(count, thing, count == 1 ? "" : "s");
  }
}
