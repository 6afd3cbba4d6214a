package dev.lpar.e2e;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** VM exits as the agent tells Prometheus, by factor. */
final class ExitMetrics {
  private static final Pattern SAMPLE =
      Pattern.compile(
          "(lpar_vm_exits_total|lpar_vm_exit_seconds_total|lpar_vm_exit_wait_seconds_total)\\{.*lpar=\"([^\"]+)\".*factor=\"([^\"]+)\"} ([0-9.eE+-]+)");

  /** The agent reads its counter every ten seconds. */
  private static final Duration READ = Duration.ofSeconds(12);

  private ExitMetrics() {}

  /**
   * Of one guest, by factor.
   *
   * @param handled in seconds
   * @param waited in seconds, halted or stopped
   */
  record Totals(Map<String, Long> counts, Map<String, Double> handled, Map<String, Double> waited) {
    /** How many came since, of each factor that came. */
    Map<String, Long> countsSince(Totals before) {
      var since = new TreeMap<>(counts);
      before.counts.forEach((factor, count) -> since.merge(factor, -count, Long::sum));
      since.values().removeIf(count -> count == 0);
      return since;
    }

    double secondsSince(Totals before) {
      return seconds() - before.seconds();
    }

    /** Of handling, in all. */
    double seconds() {
      return sum(handled);
    }

    /** Halted or stopped, in all. */
    double waits() {
      return sum(waited);
    }

    private static double sum(Map<String, Double> seconds) {
      return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  private static Totals now(String lpar) {
    var counts = new TreeMap<String, Long>();
    var seconds = new TreeMap<String, Double>();
    var waits = new TreeMap<String, Double>();
    var matcher = SAMPLE.matcher(AgentEndpoint.metrics());
    while (matcher.find()) {
      if (matcher.group(2).equals(lpar)) {
        double value = Double.parseDouble(matcher.group(4));
        var factor = matcher.group(3);
        switch (matcher.group(1)) {
          case "lpar_vm_exits_total" -> counts.put(factor, (long) value);
          case "lpar_vm_exit_seconds_total" -> seconds.put(factor, value);
          default -> waits.put(factor, value);
        }
      }
    }
    return new Totals(counts, seconds, waits);
  }

  /**
   * Of a guest that stands still: what stays the same from one reading of the counter to the next.
   */
  static Totals settled(String lpar) {
    var seen = now(lpar);
    for (int i = 0; i < 10; i++) {
      sleep();
      var next = now(lpar);
      if (next.equals(seen) && !seen.counts.isEmpty()) {
        return seen;
      }
      seen = next;
    }
    throw new AssertionError("exits of " + lpar + " don't come to rest: " + seen);
  }

  private static void sleep() {
    try {
      Thread.sleep(READ);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
