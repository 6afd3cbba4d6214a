package dev.lpar.agent.endpoint;

import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A context that gives each new connection to the one of the present certificate: the JDK's server
 * keeps the context it was made with. With the whole context old sessions go too; one that is
 * resumed would go on under the old certificate.
 */
public final class ChangingContext extends SSLContext {
  private final Present present;

  public ChangingContext() {
    this(new Present());
  }

  private ChangingContext(Present present) {
    super(present, provider(), "TLS");
    this.present = present;
  }

  private static Provider provider() {
    try {
      return SSLContext.getInstance("TLS").getProvider();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  void use(ServerIdentity identity) {
    present.context = identity.context();
  }

  private static final class Present extends SSLContextSpi {
    volatile @Nullable SSLContext context;

    private SSLContext context() {
      var now = context;
      if (now == null) {
        throw new IllegalStateException("there is no certificate yet");
      }
      return now;
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("its certificate comes by use()");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return context().createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return context().createSSLEngine(host, port);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return context().getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return context().getServerSocketFactory();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return context().getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return context().getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
      return context().getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
      return context().getSupportedSSLParameters();
    }
  }
}
