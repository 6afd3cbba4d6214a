package dev.lpar.agent.report;

import dev.lpar.agent.report.BladeApi.ApiException;
import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the Blade's status, in a thread of its own. Compares with what the cluster has, not with
 * what was written last: another's write over it, and a restart of the agent, are both made good.
 */
public final class StatusReporter {
  /** Counters alone are written at most this often. */
  private static final Duration COUNTERS = Duration.ofSeconds(30);

  /** After a write, how long the watch may take to bring it back before it is written again. */
  private static final Duration ECHO = Duration.ofSeconds(5);

  private final BladeApi api;
  private final Supplier<@Nullable Blade> blade;
  private final InstantSource clock;
  private final Semaphore wake = new Semaphore(0);
  private final Outage outage = new Outage();
  private final SteadyFigures figures = new SteadyFigures();
  private volatile @Nullable BladeStatus latest;
  private @Nullable BladeStatus written;
  private Instant writtenAt = Instant.EPOCH;

  /**
   * @param blade the Blade as last read, null while there is none
   */
  public StatusReporter(BladeApi api, Supplier<@Nullable Blade> blade, InstantSource clock) {
    this.api = api;
    this.blade = blade;
    this.clock = clock;
  }

  /** The status to be told from now on. */
  public void tell(BladeStatus status) {
    latest = status;
    wake();
  }

  /** The Blade in the cluster has changed. */
  public void wake() {
    wake.release();
  }

  /** Runs until interrupted. */
  public void run() {
    try {
      while (!Thread.interrupted()) {
        var wait = round();
        if (wake.tryAcquire(Math.max(1, wait.toMillis()), TimeUnit.MILLISECONDS)) {
          wake.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes when due. Returns when to look again, if nothing wakes it before. */
  Duration round() throws InterruptedException {
    var told = latest;
    var current = blade.get();
    if (told == null || current == null) {
      return COUNTERS;
    }
    var now = clock.instant();
    told = figures.steadied(told, now);
    var read = current.getStatus();
    var age = Duration.between(writtenAt, now);
    switch (StatusChange.between(read, told)) {
      case NONE -> {
        return COUNTERS;
      }
      case COUNTERS -> {
        if (age.compareTo(COUNTERS) < 0) {
          return COUNTERS.minus(age);
        }
      }
      case SIGNIFICANT -> {
        if (told.equals(written) && age.compareTo(ECHO) < 0) {
          return ECHO.minus(age);
        }
      }
    }
    try {
      api.applyStatus(StatusChange.timed(read, told, now));
      written = told;
      writtenAt = now;
      figures.written(told.partitions(), now);
      outage.over();
      return COUNTERS;
    } catch (ApiException e) {
      var wait = outage.failed(e);
      Thread.sleep(wait);
      return Duration.ZERO;
    }
  }
}
