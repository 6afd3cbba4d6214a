package dev.lpar.agent.endpoint;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** {@code /healthz} and {@code /readyz}, in plain text and to anyone: the kubelet asks. */
public final class HealthEndpoint implements AutoCloseable {
  static {
    ServerLimits.impose();
  }

  private final HttpServer server;

  /**
   * @param live whether the agent works at all
   * @param ready whether it has looked at the blade and has its Blade
   */
  public HealthEndpoint(int port, BooleanSupplier live, BooleanSupplier ready) throws IOException {
    server = HttpServer.create(new InetSocketAddress(port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/healthz", exchange -> answer(live).send(exchange));
    server.createContext("/readyz", exchange -> answer(ready).send(exchange));
  }

  public void start() {
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private static Answer answer(BooleanSupplier well) {
    return well.getAsBoolean() ? Answer.text(200, "ok") : Answer.text(503, "not yet");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
