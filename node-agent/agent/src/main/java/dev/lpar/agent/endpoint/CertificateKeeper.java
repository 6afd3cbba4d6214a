package dev.lpar.agent.endpoint;

import dev.lpar.agent.endpoint.ServerIdentity.UnusableException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives the context its certificate, and each later one. Where there is none that can be used, says
 * so once and looks again; one that is in use stays until a better one is there.
 */
public final class CertificateKeeper {
  private static final System.Logger LOG = System.getLogger(CertificateKeeper.class.getName());

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);

  /** The agent's first look at its blade goes before: on a slow blade a key is work. */
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(2);

  private final Certificates certificates;
  private final ChangingContext context;
  private @Nullable String said;

  public CertificateKeeper(Certificates certificates, ChangingContext context) {
    this.certificates = certificates;
    this.context = context;
  }

  /**
   * Returns once no other certificate can come.
   *
   * @param started whether the agent has done what is more urgent
   */
  public void run(BooleanSupplier started) {
    try {
      for (var waited = Duration.ZERO;
          waited.compareTo(LONGEST_DELAY) < 0 && !started.getAsBoolean();
          waited = waited.plusMillis(500)) {
        Thread.sleep(500);
      }
      while (!look() || certificates.rotate()) {
        Thread.sleep(BETWEEN_LOOKS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether there is a certificate that can be used. */
  boolean look() throws InterruptedException {
    try {
      var changed = certificates.changed();
      if (changed.isPresent()) {
        context.use(changed.get());
        LOG.log(Level.INFO, "serves HTTPS as {0}", changed.get().inWords());
      }
      said = null;
      return true;
    } catch (UnusableException e) {
      if (!String.valueOf(e.getMessage()).equals(said)) {
        said = e.getMessage();
        LOG.log(Level.WARNING, "no new certificate for HTTPS: {0}", said);
      }
      return false;
    }
  }
}
