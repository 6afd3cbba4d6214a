package dev.lpar.agent.report;

import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.report.BladeApi.ApiException;
import dev.lpar.api.v1alpha1.Blade;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the agent's own Blade as last read, in a thread of its own. What was read stays in force
 * while the API server is away, and also when the Blade is gone: a partition ends because a Blade
 * says so, never for want of one.
 */
public final class BladeFollower {
  private static final System.Logger LOG = System.getLogger(BladeFollower.class.getName());

  /** Between looks for a Blade that isn't there yet. */
  private static final Duration ABSENT = Duration.ofSeconds(2);

  private final BladeApi api;
  private final Runnable changed;
  private final Outage outage = new Outage();
  private volatile @Nullable Blade blade;
  private volatile Desired desired = new Desired.Unknown();
  private boolean saidAbsent;

  /**
   * @param changed called after each change of what {@link #blade()} or {@link #desired()} gives
   */
  public BladeFollower(BladeApi api, Runnable changed) {
    this.api = api;
    this.changed = changed;
  }

  public @Nullable Blade blade() {
    return blade;
  }

  public Desired desired() {
    return desired;
  }

  /** Runs until interrupted. */
  public void run() {
    try {
      while (!Thread.interrupted()) {
        Thread.sleep(round());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads, then follows. Returns how long to wait before the next round. */
  Duration round() {
    try {
      var read = api.read();
      outage.over();
      if (read.isEmpty()) {
        blade = null;
        if (!saidAbsent) {
          LOG.log(Level.INFO, "waits for its Blade: there is none of this node's name yet");
        }
        saidAbsent = true;
        return ABSENT;
      }
      saidAbsent = false;
      take(read.get());
      api.follow(read.get(), this::take);
      return Duration.ZERO;
    } catch (ApiException e) {
      return outage.failed(e);
    }
  }

  private void take(Blade now) {
    try {
      desired = DesiredState.of(now);
      blade = now;
    } catch (IllegalArgumentException e) {
      LOG.log(
          Level.ERROR,
          "doesn''t act on version {0} of its Blade: {1}",
          now.getMetadata().getResourceVersion(),
          e.getMessage());
    }
    changed.run();
  }
}
