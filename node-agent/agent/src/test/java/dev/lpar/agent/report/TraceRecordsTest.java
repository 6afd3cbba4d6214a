package dev.lpar.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.lpar.agent.endpoint.Access;
import dev.lpar.agent.endpoint.ServerLimits;
import dev.lpar.agent.host.TraceFiles;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.Intents;
import dev.lpar.agent.plan.TraceId;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitRecord;
import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.TraceFilter;
import dev.lpar.agent.vmexit.tracer.TraceLayout;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceRecordsTest {
  private static final TraceId ID = new TraceId("11111111-0000-4000-8000-000000000001");
  private static final int RECORDS = 5000;

  @TempDir Path folder;
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    // They hold for all servers of the JVM from its first one on.
    ServerLimits.impose();
    var order =
        new TraceOrder(
            ID, "shop", "boot", Intents.A, Duration.ofSeconds(1), RECORDS, TraceFilter.ALL);
    var gone =
        new TraceOrder(
            new TraceId("22222222-0000-4000-8000-000000000002"),
            "shop",
            "waits",
            Intents.A,
            Duration.ofSeconds(1),
            RECORDS,
            TraceFilter.ALL);
    var desired =
        new Desired.Known(List.of(), Map.of(), List.of(), CpuReserve.DEFAULT, List.of(gone, order));
    var route = new TraceRecords(() -> desired, new TraceFiles(folder)).route();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        route.prefix(),
        exchange -> {
          try (exchange) {
            var access = route.access().apply(exchange.getRequestURI().getPath());
            route.handler().handle(exchange, access.orElseThrow());
          }
        });
    server.start();
    Files.createDirectories(folder.resolve(ID.text()));
    try (OutputStream out = Files.newOutputStream(folder.resolve(ID.text()).resolve("records"))) {
      for (int i = 0; i < RECORDS; i++) {
        out.write(
            TraceLayout.write(
                    new ExitRecord(1000L * i, 10, 0, 0x1000, 0, 0, new ExitKey(Isa.SVM, 0x72, 0)))
                .array());
      }
      // The next record, as far as it is written.
      out.write(new byte[TraceLayout.RECORD_SIZE / 2]);
    }
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private HttpResponse<String> get(String path) throws Exception {
    var uri = "http://localhost:" + server.getAddress().getPort() + path;
    try (var client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/traces/shop/boot",
        "/traces/shop/boot?format=text",
        "/traces/shop/boot?format=csv"
      })
  void givesAllRecordsThatAreWhole(String path) throws Exception {
    var answer = get(path);
    assertEquals(200, answer.statusCode());
    assertEquals(1 + RECORDS, answer.body().lines().count());
  }

  @Test
  void whatIsNotThereIsSaid() throws Exception {
    for (var path : List.of("/traces/shop/waits", "/traces/shop/other", "/traces/bank/boot")) {
      var answer = get(path);
      assertEquals(404, answer.statusCode());
      assertTrue(answer.body().contains("status.blade says which has"), answer.body());
    }
    var answer = get("/traces/shop/boot?format=xml");
    assertEquals(400, answer.statusCode());
    assertEquals("format is one of: text, csv, perfetto; not: xml\n", answer.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/traces/",
        "/traces/shop",
        "/traces/shop/../etc",
        "/traces/Shop/boot",
        "/traces//x"
      })
  void whatIsNoTracesPathIsNoPage(String path) {
    assertEquals(Optional.<Access.Resource>empty(), access(path));
  }

  @Test
  void theRightIsOverTheTracesRecords() {
    assertEquals(
        Optional.of(
            new Access.Resource("lpar.dev", "exittraces", "records", "get", "shop", "boot")),
        access("/traces/shop/boot"));
  }

  private Optional<Access.Resource> access(String path) {
    return new TraceRecords(Desired.Unknown::new, new TraceFiles(folder))
        .route()
        .access()
        .apply(path);
  }
}
