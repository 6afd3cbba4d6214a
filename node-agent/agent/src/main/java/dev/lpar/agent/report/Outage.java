package dev.lpar.agent.report;

import dev.lpar.agent.report.BladeApi.ApiException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One thread's dealings with an API server that fails: says so once, and how long to wait until the
 * next try.
 */
final class Outage {
  private static final System.Logger LOG = System.getLogger(Outage.class.getName());

  /** Longest wait: the status is to be true again within 15 s of the server's return. */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private int failures;
  private @Nullable String said;

  /** Notes a failure. Returns the wait before the next try: 0.5 s, doubled each time. */
  Duration failed(ApiException failure) {
    var message = String.valueOf(failure.getMessage());
    if (said == null) {
      LOG.log(Level.WARNING, "{0}; guests run on, tries again", message);
    }
    said = message;
    var wait = Duration.ofMillis(500L << Math.min(failures++, 10));
    return wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
  }

  /** Notes a success. Returns whether it ended an outage. */
  boolean over() {
    boolean was = said != null;
    if (was) {
      LOG.log(Level.INFO, "works again after {0} failures; the last: {1}", failures, said);
    }
    failures = 0;
    said = null;
    return was;
  }
}
