package dev.lpar.agent.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HealthEndpointTest {
  @Test
  void servesHealthAndReadinessAndNothingElse() throws Exception {
    var ready = new AtomicBoolean();
    try (var endpoint = new HealthEndpoint(0, () -> true, ready::get);
        var client = HttpClient.newHttpClient()) {
      endpoint.start();
      assertEquals(200, get(client, endpoint, "/healthz"));
      assertEquals(503, get(client, endpoint, "/readyz"));
      ready.set(true);
      assertEquals(200, get(client, endpoint, "/readyz"));
      assertEquals(404, get(client, endpoint, "/metrics"));
    }
  }

  private static int get(HttpClient client, HealthEndpoint endpoint, String path) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + endpoint.port() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
  }
}
