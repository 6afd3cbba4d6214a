package dev.lpar.chart;

import static dev.lpar.chart.Calls.APPLY;
import static dev.lpar.chart.Calls.MERGE;
import static dev.lpar.chart.Calls.OTHER;
import static dev.lpar.chart.Calls.OWN;
import static dev.lpar.chart.Calls.apply;
import static dev.lpar.chart.Calls.applyStatus;
import static dev.lpar.chart.Calls.blade;
import static dev.lpar.chart.Calls.generatedLease;
import static dev.lpar.chart.Calls.lease;
import static dev.lpar.chart.Calls.leaseOf;
import static dev.lpar.chart.Calls.ledger;
import static dev.lpar.chart.Calls.lpar;
import static dev.lpar.chart.Calls.node;
import static dev.lpar.chart.Calls.patchLease;
import static dev.lpar.chart.Calls.status;
import static dev.lpar.chart.Calls.stop;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.Lpar;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How far the tokens of the chart's pods reach: by RBAC, and by the admission policies beside it.
 */
class ReachIT {

  private static InstalledChart chart;
  private static KubernetesClient agent;
  private static KubernetesClient unbound;
  private static KubernetesClient operator;

  /** A call that a pod makes, and the words it is refused with. */
  record Attempt(String what, Consumer<KubernetesClient> call, String refusal) {
    @Override
    public String toString() {
      return what;
    }
  }

  @BeforeAll
  static void install() throws Exception {
    chart = new InstalledChart();
    agent = chart.podOf("lpar-agent", OWN);
    chart.podOf("lpar-agent", OTHER);
    operator = chart.account("lpar-operator");
    unbound = chart.account("lpar-agent");
    for (var name : new String[] {OWN, OTHER}) {
      var blade = new Blade();
      blade.getMetadata().setName(name);
      chart.create(blade);
    }
    chart.create(lease("lpar-blade-" + OTHER, Chart.NAMESPACE));
    chart.create(lease("lpar-operator", Chart.NAMESPACE));
    chart
        .admin()
        .resource(Files.readString(Path.of("../docs/examples/ledger.yaml")))
        .inNamespace("default")
        .create();
    policiesAreInForce();
  }

  @AfterAll
  static void uninstall() {
    chart.close();
  }

  /** A new policy takes a moment to reach the API server's admission. */
  private static void policiesAreInForce() throws InterruptedException {
    var deadline = Instant.now().plus(Duration.ofMinutes(2));
    while (!isRefused(() -> status(OTHER).accept(unbound))
        || !isRefused(() -> stop("ledger").accept(operator))) {
      assertTrue(Instant.now().isBefore(deadline), "the policies don't act");
      Thread.sleep(200);
    }
    chart
        .admin()
        .resources(Lpar.class)
        .inNamespace("default")
        .withName("ledger")
        .patch(MERGE, "{\"spec\":{\"powerState\":\"Running\"}}");
  }

  private static boolean isRefused(Runnable call) {
    try {
      call.run();
      return false;
    } catch (KubernetesClientException e) {
      assertEquals(403, e.getCode(), e.getMessage());
      return true;
    }
  }

  static Stream<Attempt> allowed() {
    return Stream.of(
        new Attempt("list blades", c -> c.resources(Blade.class).list(), ""),
        new Attempt("merge its blade's status", status(OWN), ""),
        new Attempt("apply its blade's status", c -> applyStatus(c, OWN), ""),
        new Attempt("update its blade's status", Calls::updateStatus, ""),
        new Attempt("apply its Lease, which makes it", c -> apply(c, "lpar-blade-" + OWN), ""),
        new Attempt("read its Lease", c -> leaseOf(c, "lpar-blade-" + OWN).get(), ""),
        new Attempt("renew its Lease", c -> patchLease(c, "lpar-blade-" + OWN), ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void allowed(Attempt attempt) {
    attempt.call().accept(agent);
  }

  static Stream<Attempt> refusedToAnAgent() {
    var otherBlade = "the agent of node blade-a may not write blade blade-b";
    var otherLease = "the agent of node blade-a may write the Lease lpar-blade-blade-a alone";
    return Stream.of(
        new Attempt("merge another blade's status", status(OTHER), otherBlade),
        new Attempt("apply another blade's status", c -> applyStatus(c, OTHER), otherBlade),
        new Attempt(
            "make another blade's Lease",
            c -> c.resource(lease("lpar-blade-blade-c", Chart.NAMESPACE)).create(),
            otherLease),
        new Attempt(
            "make another blade's Lease by apply", c -> apply(c, "lpar-blade-blade-c"), otherLease),
        new Attempt(
            "make a Lease of a generated name",
            c -> c.resource(generatedLease()).create(),
            otherLease),
        new Attempt(
            "renew another blade's Lease", c -> patchLease(c, "lpar-blade-" + OTHER), otherLease),
        new Attempt("take the operator's lead", c -> patchLease(c, "lpar-operator"), otherLease),
        new Attempt(
            "make its Lease in another namespace",
            c -> c.resource(lease("lpar-blade-" + OWN, "default")).create(),
            "cannot create resource \"leases\""),
        new Attempt(
            "delete a Lease",
            c -> leaseOf(c, "lpar-blade-" + OTHER).delete(),
            "cannot delete resource \"leases\""),
        new Attempt(
            "write its own blade's spec",
            c -> blade(c, OWN).patch(MERGE, "{\"spec\":{\"maintenance\":true}}"),
            "cannot patch resource \"blades\""),
        new Attempt(
            "delete its own blade",
            c -> blade(c, OWN).delete(),
            "cannot delete resource \"blades\""),
        new Attempt("read Lpars", c -> lpar(c).get(), "cannot get resource \"lpars\""),
        new Attempt(
            "write an Lpar's spec",
            c -> c.resource(ledger()).patch(APPLY),
            "cannot patch resource \"lpars\""),
        new Attempt(
            "write an Lpar's status",
            c -> c.resource(ledger()).subresource("status").patch(APPLY),
            "cannot patch resource \"lpars/status\""),
        new Attempt(
            "write its Node",
            c -> c.resource(node()).patch(APPLY),
            "cannot patch resource \"nodes\""),
        new Attempt(
            "read secrets",
            c -> c.secrets().inNamespace(Chart.NAMESPACE).list(),
            "cannot list resource \"secrets\""),
        new Attempt(
            "read pods",
            c -> c.pods().inNamespace(Chart.NAMESPACE).list(),
            "cannot list resource \"pods\""),
        new Attempt(
            "get the operator's token",
            c ->
                c.serviceAccounts()
                    .inNamespace(Chart.NAMESPACE)
                    .withName("lpar-operator")
                    .tokenRequest(new TokenRequest()),
            "cannot create resource \"serviceaccounts/token\""),
        new Attempt(
            "remove its own walls",
            c ->
                c.admissionRegistration()
                    .v1()
                    .validatingAdmissionPolicies()
                    .withName("lpar-agent-own-blade")
                    .delete(),
            "cannot delete resource \"validatingadmissionpolicies\""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refusedToAnAgent(Attempt attempt) {
    refused(attempt, agent);
  }

  static Stream<Attempt> refusedToATokenThatNamesNoNode() {
    return Stream.of(
        new Attempt("write a blade's status", status(OWN), "token names no node"),
        new Attempt("make a Lease", c -> apply(c, "lpar-blade-" + OWN), "token names no node"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refusedToATokenThatNamesNoNode(Attempt attempt) {
    refused(attempt, unbound);
  }

  static Stream<Attempt> refusedToTheOperator() {
    return Stream.of(
        new Attempt("write an Lpar's spec", stop("ledger"), "never changes the spec of an Lpar"),
        new Attempt(
            "take a blade's Lease",
            c -> patchLease(c, "lpar-blade-" + OTHER),
            "cannot patch resource \"leases\""),
        new Attempt("delete an Lpar", c -> lpar(c).delete(), "cannot delete resource \"lpars\""),
        new Attempt(
            "write a Node",
            c -> c.resource(node()).patch(APPLY),
            "cannot patch resource \"nodes\""),
        new Attempt(
            "read secrets",
            c -> c.secrets().inNamespace(Chart.NAMESPACE).list(),
            "cannot list resource \"secrets\""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refusedToTheOperator(Attempt attempt) {
    refused(attempt, operator);
  }

  static Stream<Attempt> allowedToTheOperator() {
    return Stream.of(
        new Attempt(
            "put its finalizer on an Lpar",
            c -> lpar(c).patch(MERGE, "{\"metadata\":{\"finalizers\":[\"lpar.dev/partition\"]}}"),
            ""),
        new Attempt("take the lead", c -> patchLease(c, "lpar-operator"), ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void allowedToTheOperator(Attempt attempt) {
    attempt.call().accept(operator);
  }

  private static void refused(Attempt attempt, KubernetesClient client) {
    var refusal =
        assertThrows(KubernetesClientException.class, () -> attempt.call().accept(client));
    assertEquals(403, refusal.getCode(), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(attempt.refusal()), refusal.getMessage());
  }
}
