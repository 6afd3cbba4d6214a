package dev.lpar.agent;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Ends the loop's wait; calls that come together count as one. */
final class WakeUp {
  private final Semaphore calls = new Semaphore(0);

  void call() {
    calls.release();
  }

  void await(Duration longest) throws InterruptedException {
    if (calls.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
      calls.drainPermits();
    }
  }
}
