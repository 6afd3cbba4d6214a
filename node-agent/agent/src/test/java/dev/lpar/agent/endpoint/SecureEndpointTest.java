package dev.lpar.agent.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.endpoint.Access.NonResource;
import dev.lpar.agent.endpoint.Access.Resource;
import dev.lpar.agent.endpoint.CertificateFiles.Pem;
import dev.lpar.agent.host.FakeClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint as its clients meet it. */
class SecureEndpointTest {
  @TempDir static Path stores;
  @TempDir Path volume;

  private static Pem first;
  private static Pem second;

  private final FakeReviews reviews = new FakeReviews();
  private final FakeClock clock = new FakeClock();
  private final ChangingContext context = new ChangingContext();
  private CertificateKeeper keeper;
  private SecureEndpoint endpoint;

  @BeforeAll
  static void make() throws Exception {
    first = CertificateFiles.make(stores, "first", "EC", "-groupname", "secp256r1");
    second = CertificateFiles.make(stores, "second", "RSA", "-keysize", "2048");
  }

  @BeforeEach
  void serve() throws Exception {
    reviews.users.put("t-prometheus", "prometheus");
    reviews.users.put("t-anna", "anna");
    reviews.rights.put("prometheus", Set.of(new NonResource("/metrics", "get")));
    reviews.rights.put("anna", Set.of(trace("shop", "trace-1")));
    CertificateFiles.mount(volume, first);
    keeper = new CertificateKeeper(new PemFolder(volume), context);
    endpoint =
        new SecureEndpoint(
            0,
            context,
            new Gate(reviews, clock),
            List.of(Route.page("/metrics", "text/plain", () -> "up 1\n"), traces()));
    endpoint.start();
    keeper.look();
  }

  @AfterEach
  void end() {
    endpoint.close();
  }

  private static Resource trace(String namespace, String name) {
    return new Resource("lpar.dev", "exittraces", "records", "get", namespace, name);
  }

  /** A route as that of the traces: the path says what is asked for, and the answer is long. */
  private static Route<Resource> traces() {
    return new Route<>(
        "/traces/",
        path -> {
          var parts = path.split("/", -1);
          return parts.length == 4 ? Optional.of(trace(parts[2], parts[3])) : Optional.empty();
        },
        (exchange, access) -> {
          exchange.sendResponseHeaders(200, 0);
          try (var body = exchange.getResponseBody()) {
            for (int i = 0; i < 100_000; i++) {
              body.write((access.name() + " record " + i + "\n").getBytes(StandardCharsets.UTF_8));
            }
          }
        });
  }

  private static HttpClient trusting(X509Certificate certificate, String... protocols)
      throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("agent", certificate);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    var parameters = new SSLParameters();
    parameters.setProtocols(protocols.length == 0 ? new String[] {"TLSv1.3"} : protocols);
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(tls)
        .sslParameters(parameters)
        .build();
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + endpoint.port() + path))
        .timeout(Duration.ofSeconds(60));
  }

  private HttpResponse<String> get(HttpClient client, String path, String token)
      throws IOException, InterruptedException {
    return client.send(
        to(path).header("Authorization", "Bearer " + token).build(), BodyHandlers.ofString());
  }

  @Test
  void thoseWhoMayAreServedAndOthersAreToldWhyNot() throws Exception {
    try (var client = trusting(first.certificate())) {
      var page = get(client, "/metrics", "t-prometheus");
      assertEquals(200, page.statusCode());
      assertEquals("up 1\n", page.body());
      assertEquals("text/plain", page.headers().firstValue("Content-Type").orElseThrow());

      var nobody = client.send(to("/metrics").build(), BodyHandlers.ofString());
      assertEquals(401, nobody.statusCode());
      assertEquals("Bearer", nobody.headers().firstValue("WWW-Authenticate").orElseThrow());
      assertEquals(401, get(client, "/metrics", "made-up").statusCode());

      var other = get(client, "/metrics", "t-anna");
      assertEquals(403, other.statusCode());
      assertTrue(other.body().contains("anna may not get path \"/metrics\""), other.body());

      clock.pass(Duration.ofMinutes(2));
      reviews.outage = "connection refused";
      assertEquals(503, get(client, "/metrics", "t-prometheus").statusCode());
    }
  }

  @Test
  void aLongAnswerIsForWhatTheCallerMayHave() throws Exception {
    try (var client = trusting(first.certificate())) {
      var records = get(client, "/traces/shop/trace-1", "t-anna");
      assertEquals(200, records.statusCode());
      assertTrue(records.body().endsWith("trace-1 record 99999\n"));
      assertEquals(403, get(client, "/traces/shop/trace-2", "t-anna").statusCode());
      assertEquals(403, get(client, "/traces/shop/trace-1", "t-prometheus").statusCode());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/metricsx", "/metrics/", "/traces/shop", "/traces/shop/a/b"})
  void thereIsNothingElse(String path) throws Exception {
    try (var client = trusting(first.certificate())) {
      assertEquals(404, get(client, path, "t-prometheus").statusCode());
    }
  }

  @Test
  void nothingButGetIsTaken() throws Exception {
    try (var client = trusting(first.certificate())) {
      var post =
          to("/metrics")
              .header("Authorization", "Bearer t-prometheus")
              .POST(HttpRequest.BodyPublishers.ofString("up 2"))
              .build();
      var answer = client.send(post, BodyHandlers.ofString());
      assertEquals(405, answer.statusCode());
      assertEquals("GET", answer.headers().firstValue("Allow").orElseThrow());
    }
  }

  @Test
  void aNewCertificateIsUsedFromTheNextHandshakeOn() throws Exception {
    try (var client = trusting(first.certificate())) {
      assertEquals(200, get(client, "/metrics", "t-prometheus").statusCode());
      CertificateFiles.mount(volume, second);
      assertTrue(keeper.look());
      try (var later = trusting(second.certificate())) {
        assertEquals(200, get(later, "/metrics", "t-prometheus").statusCode());
      }
      // The connection it has goes on.
      assertEquals(200, get(client, "/metrics", "t-prometheus").statusCode());
    }
    try (var client = trusting(first.certificate())) {
      assertThrows(SSLException.class, () -> get(client, "/metrics", "t-prometheus"));
    }
  }

  @Test
  void withoutACertificateAHandshakeFailsAtOnceAndOneWithAMistakeChangesNothing() throws Exception {
    CertificateFiles.mount(
        volume, new Pem(second.certificate(), second.certificates(), first.key()));
    assertFalse(keeper.look());
    try (var client = trusting(first.certificate());
        var early =
            new SecureEndpoint(0, new ChangingContext(), new Gate(reviews, clock), List.of())) {
      assertEquals(200, get(client, "/metrics", "t-prometheus").statusCode());
      early.start();
      var uri = URI.create("https://127.0.0.1:" + early.port() + "/metrics");
      var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build();
      var failure =
          assertThrows(IOException.class, () -> client.send(request, BodyHandlers.discarding()));
      assertFalse(failure instanceof HttpTimeoutException, failure::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void tls12And13AreSpoken(String protocol) throws Exception {
    try (var client = trusting(first.certificate(), protocol)) {
      var answer = get(client, "/metrics", "t-prometheus");
      assertEquals(200, answer.statusCode());
      assertEquals(protocol, answer.sslSession().orElseThrow().getProtocol());
    }
  }

  @Test
  void clientsThatSayNothingKeepNobodyWaiting() throws Exception {
    var silent = new ArrayList<Socket>();
    try (var client = trusting(first.certificate())) {
      for (int i = 0; i < 20; i++) {
        var socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", endpoint.port()));
        if (i % 2 == 0) {
          // The beginning of a handshake that doesn't go on.
          socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0});
        }
        silent.add(socket);
      }
      assertEquals(200, get(client, "/metrics", "t-prometheus").statusCode());
    } finally {
      for (var socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void anOversizedHeaderIsRefusedAndCostsNoReview() throws Exception {
    try (var client = trusting(first.certificate())) {
      var answer = get(client, "/metrics", "a".repeat(Credentials.LONGEST));
      assertEquals(431, answer.statusCode());
      // More than the server reads at all: it ends the connection.
      assertThrows(
          IOException.class, () -> get(client, "/metrics", "a".repeat(3 * Credentials.LONGEST)));
      assertEquals(0, reviews.asked);
      assertEquals(200, get(client, "/metrics", "t-prometheus").statusCode());
    }
  }
}
