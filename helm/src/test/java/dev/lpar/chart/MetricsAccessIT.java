package dev.lpar.chart;

import static dev.lpar.chart.Calls.OWN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.endpoint.Access;
import dev.lpar.agent.endpoint.Caller;
import dev.lpar.agent.endpoint.Reviews.UnavailableException;
import dev.lpar.agent.report.ApiServer;
import dev.lpar.agent.report.ClusterReviews;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an agent learns about those who ask it, with the rights that the chart gives it. */
class MetricsAccessIT {
  private static final Access METRICS = new Access.NonResource("/metrics", "get");
  private static final Access TRACE =
      new Access.Resource("lpar.dev", "exittraces", "records", "get", "shop", "trace-1");

  private static InstalledChart chart;
  private static ApiServer server;
  private static ClusterReviews reviews;
  private static String prometheus;
  private static String stranger;

  @BeforeAll
  static void install() throws Exception {
    chart = new InstalledChart();
    server = ApiServer.connect(chart.podOf("lpar-agent", OWN).getConfiguration());
    reviews = new ClusterReviews(server);
    prometheus = token("prometheus");
    stranger = token("stranger");
    bind("lpar-metrics-reader", "prometheus");
    var deadline = Instant.now().plus(Duration.ofMinutes(1));
    while (!reviews.allows(caller(prometheus), METRICS)) {
      assertTrue(Instant.now().isBefore(deadline), "the binding doesn't act");
      Thread.sleep(200);
    }
  }

  @AfterAll
  static void uninstall() {
    server.client().close();
    chart.close();
  }

  private static String token(String account) {
    chart.create(
        new ServiceAccountBuilder()
            .withNewMetadata()
            .withName(account)
            .withNamespace(Chart.NAMESPACE)
            .endMetadata()
            .build());
    return chart.account(account).getConfiguration().getOauthToken();
  }

  private static void bind(String role, String account) {
    chart.create(
        new ClusterRoleBindingBuilder()
            .withNewMetadata()
            .withName(role + "-" + account)
            .endMetadata()
            .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", role)
            .addNewSubject("", "ServiceAccount", account, Chart.NAMESPACE)
            .build());
  }

  private static Caller caller(String token) throws UnavailableException {
    return reviews.authenticate(token).orElseThrow();
  }

  @Test
  void whoseTokenItIsAndThatItMayReadMetrics() throws Exception {
    var caller = caller(prometheus);
    assertEquals("system:serviceaccount:lpar-system:prometheus", caller.name());
    assertFalse(caller.uid().isEmpty());
    assertTrue(caller.groups().contains("system:authenticated"), caller::toString);
    assertTrue(reviews.allows(caller, METRICS));
    assertFalse(reviews.allows(caller, TRACE));
  }

  @Test
  void whoHasNoRoleMayNot() throws Exception {
    assertFalse(reviews.allows(caller(stranger), METRICS));
  }

  @Test
  void aTokenThatIsNobodysIsToldApart() throws Exception {
    assertTrue(reviews.authenticate("made-up").isEmpty());
    var forged = prometheus.substring(0, prometheus.lastIndexOf('.') + 1) + "AAAA";
    assertTrue(reviews.authenticate(forged).isEmpty());
  }

  @Test
  void aRightToAnObjectHoldsForThatObject() throws Exception {
    token("tracer");
    chart.create(
        new ClusterRoleBuilder()
            .withNewMetadata()
            .withName("one-trace")
            .endMetadata()
            .addNewRule()
            .withApiGroups("lpar.dev")
            .withResources("exittraces/records")
            .withResourceNames("trace-1")
            .withVerbs("get")
            .endRule()
            .build());
    bind("one-trace", "tracer");
    var tracer = caller(chart.account("tracer").getConfiguration().getOauthToken());
    var deadline = Instant.now().plus(Duration.ofMinutes(1));
    while (!reviews.allows(tracer, TRACE)) {
      assertTrue(Instant.now().isBefore(deadline), "the binding doesn't act");
      Thread.sleep(200);
    }
    assertFalse(
        reviews.allows(
            tracer,
            new Access.Resource("lpar.dev", "exittraces", "records", "get", "shop", "trace-2")));
    assertFalse(
        reviews.allows(
            tracer, new Access.Resource("lpar.dev", "exittraces", "", "get", "shop", "trace-1")));
  }

  @Test
  void withoutItsRightsAnAgentCantAskAndSaysNothingOfTheToken() {
    var powerless = ApiServer.connect(chart.account("stranger").getConfiguration());
    try (var _ = powerless.client()) {
      var failure =
          assertThrows(
              UnavailableException.class,
              () -> new ClusterReviews(powerless).authenticate(prometheus));
      assertEquals("can't create a TokenReview: HTTP status 403", failure.getMessage());
    }
  }
}
