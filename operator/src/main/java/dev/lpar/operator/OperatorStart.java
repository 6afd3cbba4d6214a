package dev.lpar.operator;

import io.javaoperatorsdk.operator.Operator;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts the reconcilers on a thread of their own: the start waits until the caches are filled,
 * which takes as long as the API server does, and meanwhile the process must answer probes and
 * SIGTERM.
 */
@Singleton
public class OperatorStart {
  private static final Logger LOG = Logger.getLogger(OperatorStart.class);

  private final Operator operator;
  private volatile @Nullable Thread thread;
  private volatile boolean stopping;

  public OperatorStart(Operator operator) {
    this.operator = operator;
  }

  void start(@Observes StartupEvent event) {
    thread = Thread.ofPlatform().name("operator-start").start(this::startOperator);
  }

  private void startOperator() {
    try {
      operator.start();
    } catch (RuntimeException e) {
      if (!stopping) {
        LOG.error("the reconcilers didn't start; ending, to be started anew", e);
        Quarkus.asyncExit(1);
      }
    }
  }

  /** To stop the operator waits for its start to end; so the start is cut short. */
  void stop(@Observes @Priority(2) ShutdownEvent event) throws InterruptedException {
    stopping = true;
    var starting = thread;
    if (starting != null && starting.isAlive()) {
      starting.interrupt();
      starting.join();
    }
    operator.stop();
  }
}
