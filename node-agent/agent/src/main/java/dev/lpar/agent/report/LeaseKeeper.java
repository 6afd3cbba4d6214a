package dev.lpar.agent.report;

import dev.lpar.agent.report.BladeApi.ApiException;
import java.time.Duration;
import java.time.InstantSource;

/** Renews the Lease, in a thread of its own, so that nothing on the blade can hold it up. */
public final class LeaseKeeper {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final BladeApi api;
  private final InstantSource clock;
  private final Outage outage = new Outage();

  public LeaseKeeper(BladeApi api, InstantSource clock) {
    this.api = api;
    this.clock = clock;
  }

  /** Runs until interrupted. */
  public void run() {
    try {
      while (!Thread.interrupted()) {
        Thread.sleep(renew());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns how long to wait until the next renewal. */
  Duration renew() {
    try {
      api.renewLease(clock.instant());
      if (outage.over()) {
        // A watch may have been lost in the outage without a word.
        api.interruptFollow();
      }
      return INTERVAL;
    } catch (ApiException e) {
      return outage.failed(e);
    }
  }
}
