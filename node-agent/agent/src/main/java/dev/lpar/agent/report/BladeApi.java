package dev.lpar.agent.report;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The Kubernetes API as far as the agent reaches: its own Blade and its own Lease. Each call ends
 * within its time-out; what fails is an {@link ApiException}.
 */
public interface BladeApi {
  /** The Blade, or nothing while there is none. */
  Optional<Blade> read();

  /**
   * Follows changes of the Blade from the version read. Returns when the watch ended, whoever ended
   * it: read anew then.
   */
  void follow(Blade from, Consumer<Blade> changed);

  /** Ends a {@link #follow} that is under way. */
  void interruptFollow();

  void applyStatus(BladeStatus status);

  void renewLease(Instant now);

  /** The API server can't be reached, or refuses. */
  final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ApiException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
