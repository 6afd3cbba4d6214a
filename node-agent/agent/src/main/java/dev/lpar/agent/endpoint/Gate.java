package dev.lpar.agent.endpoint;

import dev.lpar.agent.endpoint.Reviews.UnavailableException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Lets in whom the cluster lets in, and asks it no more often than needed. */
public final class Gate {
  private static final System.Logger LOG = System.getLogger(Gate.class.getName());

  /** So many callers at once are asked for: whoever sends made-up tokens asks for no more. */
  private static final int AT_ONCE = 4;

  private static final long PATIENCE_SECONDS = 10;

  private final Reviews reviews;
  private final InstantSource clock;
  private final Verdicts verdicts = new Verdicts();
  private final Semaphore asking = new Semaphore(AT_ONCE);
  private final AtomicBoolean unavailable = new AtomicBoolean();

  public Gate(Reviews reviews, InstantSource clock) {
    this.reviews = reviews;
    this.clock = clock;
  }

  Verdict admit(Credentials credentials, Access access) {
    return switch (credentials) {
      case Credentials.Missing _ ->
          new Verdict.Unauthenticated("a token is needed: Authorization: Bearer TOKEN");
      case Credentials.Malformed _ ->
          new Verdict.Unauthenticated("the Authorization header isn't: Bearer TOKEN");
      case Credentials.TooLong _ -> new Verdict.TooLong();
      case Credentials.Token token -> admit(token, access);
    };
  }

  private Verdict admit(Credentials.Token token, Access access) {
    var key = Verdicts.key(token, access);
    var known = verdicts.find(key, clock.instant());
    if (known.isPresent()) {
      return known.get();
    }
    try {
      if (!asking.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return new Verdict.Unavailable();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Verdict.Unavailable();
    }
    try {
      // Another request of the same caller may have been answered meanwhile.
      return verdicts.find(key, clock.instant()).orElseGet(() -> ask(key, token, access));
    } finally {
      asking.release();
    }
  }

  private Verdict ask(String key, Credentials.Token token, Access access) {
    try {
      var caller = reviews.authenticate(token.text());
      var verdict =
          caller.isEmpty()
              ? new Verdict.Unauthenticated("the cluster doesn't know this token, or it expired")
              : reviews.allows(caller.get(), access)
                  ? new Verdict.Allowed(caller.get().name())
                  : new Verdict.Forbidden(caller.get().name());
      if (unavailable.getAndSet(false)) {
        LOG.log(Level.INFO, "callers can be reviewed again");
      }
      verdicts.keep(key, verdict, clock.instant());
      return verdict;
    } catch (UnavailableException e) {
      if (!unavailable.getAndSet(true)) {
        LOG.log(Level.WARNING, "callers can''t be reviewed: {0}", e.getMessage());
      }
      return new Verdict.Unavailable();
    }
  }
}
