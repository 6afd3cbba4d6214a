package dev.lpar.agent.endpoint;

import com.sun.net.httpserver.HttpExchange;
import dev.lpar.agent.endpoint.Access.NonResource;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What is served below a path, to GET alone.
 *
 * @param prefix of the paths
 * @param access what must be allowed for a path (decoded, with the prefix); nothing if there is no
 *     such page
 * @param handler is given what was allowed, and need not understand the path a second time
 */
public record Route<A extends Access>(
    String prefix, Function<String, Optional<A>> access, Handler<A> handler) {

  /** Answers a request that was let in; may take its time over a long body. */
  @FunctionalInterface
  public interface Handler<A extends Access> {
    /** Runs on a thread of its own. The exchange is closed after it. */
    void handle(HttpExchange exchange, A access) throws IOException;
  }

  /** One page, by the right to get its path. */
  public static Route<NonResource> page(String path, String type, Supplier<String> body) {
    return new Route<>(
        path,
        asked -> asked.equals(path) ? Optional.of(new NonResource(path, "get")) : Optional.empty(),
        (exchange, _) -> new Answer(200, type, body.get()).send(exchange));
  }
}
