package dev.lpar.agent.endpoint;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** Routes over TLS 1.2 and 1.3, for callers that the gate lets in. */
public final class SecureEndpoint implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SecureEndpoint.class.getName());
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  static {
    ServerLimits.impose();
  }

  private final HttpsServer server;
  private final Gate gate;

  /**
   * @param context may be without a certificate yet: until it has one, handshakes fail at once
   */
  public SecureEndpoint(int port, SSLContext context, Gate gate, List<Route<?>> routes)
      throws IOException {
    this.gate = gate;
    server = HttpsServer.create(new InetSocketAddress(port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            var tls = context.getDefaultSSLParameters();
            tls.setProtocols(PROTOCOLS);
            parameters.setSSLParameters(tls);
          }
        });
    routes.forEach(this::add);
  }

  private <A extends Access> void add(Route<A> route) {
    server.createContext(route.prefix(), exchange -> handle(route, exchange));
  }

  public void start() {
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private <A extends Access> void handle(Route<A> route, HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")) {
        Answer.text(405, "only GET").send(exchange);
        return;
      }
      var access = route.access().apply(exchange.getRequestURI().getPath());
      if (access.isEmpty()) {
        Answer.text(404, "no such page").send(exchange);
        return;
      }
      var credentials = Credentials.parse(exchange.getRequestHeaders().get("Authorization"));
      switch (gate.admit(credentials, access.get())) {
        case Verdict.Allowed _ -> route.handler().handle(exchange, access.get());
        case Verdict refused -> refused.refusal(access.get()).send(exchange);
      }
    } catch (RuntimeException e) {
      // The server would drop the connection without a word.
      LOG.log(Level.ERROR, "can't serve " + route.prefix(), e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
