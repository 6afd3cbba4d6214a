package dev.lpar.agent.endpoint;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A short answer, known as a whole before it is sent. */
public record Answer(int code, String type, String body) {
  public static Answer text(int code, String line) {
    return new Answer(code, "text/plain; charset=utf-8", line + "\n");
  }

  public void send(HttpExchange exchange) throws IOException {
    try (exchange) {
      var bytes = body.getBytes(StandardCharsets.UTF_8);
      var headers = exchange.getResponseHeaders();
      headers.set("Content-Type", type);
      if (code == 401) {
        headers.set("WWW-Authenticate", "Bearer");
      }
      if (code == 405) {
        headers.set("Allow", "GET");
      }
      exchange.sendResponseHeaders(code, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
