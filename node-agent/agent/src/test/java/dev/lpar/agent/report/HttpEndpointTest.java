package dev.lpar.agent.report;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.intent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.CpuReport;
import dev.lpar.agent.plan.Entitlement;
import dev.lpar.agent.plan.ObservedPartition.ExitCount;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.report.PrometheusText.Kind;
import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
  private static HttpResponse<String> get(HttpEndpoint endpoint, String path)
      throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var uri = URI.create("http://127.0.0.1:" + endpoint.port() + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void servesHealthReadinessAndMetrics() throws Exception {
    var ready = new AtomicBoolean();
    var metrics = new Metrics("1.0");
    metrics.tell(
        List.of(
            new PartitionReport(
                A,
                intent(A),
                Situation.RUNNING,
                null,
                42L,
                "10",
                Instant.EPOCH,
                1,
                List.of(),
                List.of(),
                new CpuReport(
                    List.of(),
                    CpuSet.of(0),
                    null,
                    new Entitlement(
                        Entitlement.Verdict.MET,
                        "",
                        new Entitlement.Figures(2, 4, 0.5, 0.498, 0.25, 0.125))),
                new ExitCount(37164, 812.4))));
    try (var endpoint = new HttpEndpoint(0, () -> true, ready::get, metrics::text)) {
      endpoint.start();
      assertEquals(200, get(endpoint, "/healthz").statusCode());
      assertEquals(503, get(endpoint, "/readyz").statusCode());
      ready.set(true);
      assertEquals(200, get(endpoint, "/readyz").statusCode());
      var page = get(endpoint, "/metrics");
      assertEquals(
          "text/plain; version=0.0.4; charset=utf-8",
          page.headers().firstValue("Content-Type").orElseThrow());
      assertTrue(
          page.body()
              .contains(
                  "lpar_partition_vm_exits_total{namespace=\"shop\",lpar=\"lpar-a\",id=\""
                      + A
                      + "\"} 37164\n"),
          page.body());
    }
  }

  @Test
  void labelsAreEscapedAndNumbersAreExact() {
    var text =
        new PrometheusText()
            .metric("m", Kind.GAUGE, "Help.")
            .sample("m", 0.5, "l", "a\"b\\c\nd")
            .sample("m", 1e15)
            .toString();
    assertEquals(
        """
        # HELP m Help.
        # TYPE m gauge
        m{l="a\\"b\\\\c\\nd"} 0.5
        m 1000000000000000
        """,
        text);
  }
}
