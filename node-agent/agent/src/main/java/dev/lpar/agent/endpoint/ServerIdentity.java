package dev.lpar.agent.endpoint;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its key, ready to serve.
 *
 * @param certificate the server's own, the first of its chain
 */
record ServerIdentity(X509Certificate certificate, SSLContext context) {
  static final String ALIAS = "agent";

  /** TLS sessions to remember, for clients that want to resume one without a ticket. */
  private static final int SESSIONS = 64;

  private static final int SESSION_SECONDS = 600;

  /** Of the entry {@value #ALIAS} of a key store. */
  static ServerIdentity of(KeyStore store, char[] password) throws GeneralSecurityException {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    var sessions = context.getServerSessionContext();
    sessions.setSessionCacheSize(SESSIONS);
    sessions.setSessionTimeout(SESSION_SECONDS);
    return new ServerIdentity((X509Certificate) store.getCertificate(ALIAS), context);
  }

  String inWords() {
    return "%s, by %s, valid until %s"
        .formatted(
            certificate.getSubjectX500Principal(),
            certificate.getIssuerX500Principal(),
            certificate.getNotAfter().toInstant());
  }

  /** There is no certificate to be had, or none that can be used; the message says why. */
  static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
