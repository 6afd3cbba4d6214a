package dev.lpar.e2e;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** VM exits as the agent tells Prometheus, by factor. */
final class ExitMetrics {
  private static final Pattern EXITS =
      Pattern.compile("lpar_vm_exits_total\\{.*lpar=\"([^\"]+)\".*factor=\"([^\"]+)\"} ([0-9]+)");

  /** The agent reads its counter every ten seconds. */
  private static final Duration READ = Duration.ofSeconds(12);

  private ExitMetrics() {}

  private static Map<String, Long> now(String lpar) {
    var exits = new TreeMap<String, Long>();
    var matcher = EXITS.matcher(MetricsReader.page());
    while (matcher.find()) {
      if (matcher.group(1).equals(lpar)) {
        exits.put(matcher.group(2), Long.valueOf(matcher.group(3)));
      }
    }
    return exits;
  }

  /**
   * Of a guest that stands still: what stays the same from one reading of the counter to the next.
   */
  static Map<String, Long> settled(String lpar) {
    var seen = now(lpar);
    for (int i = 0; i < 10; i++) {
      sleep();
      var next = now(lpar);
      if (next.equals(seen) && !seen.isEmpty()) {
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
