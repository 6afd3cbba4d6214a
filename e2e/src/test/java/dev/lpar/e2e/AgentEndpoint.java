package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.SYSTEM_NAMESPACE;
import static dev.lpar.e2e.Lab.onBlade;

import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import java.util.stream.Stream;

/** Asks the agent of the lab's blade over HTTPS, by service accounts of the tests. */
final class AgentEndpoint {
  static final String METRICS = "/metrics";
  private static final String ROLE = "lpar-metrics-reader";
  private static final String READER = "e2e-metrics-reader";
  private static String readersToken = "";

  private AgentEndpoint() {}

  /** The page of metrics, by a token with the role that the chart has for that. */
  static String metrics() {
    var page = get(METRICS, readersToken());
    // An agent that was killed a moment ago, or is a moment old, doesn't listen yet.
    return isPage(page)
        ? page
        : Lab.await("a page of metrics", () -> get(METRICS, readersToken()), AgentEndpoint::isPage);
  }

  private static boolean isPage(String answer) {
    return answer.contains("HTTP/1.1 200 OK");
  }

  private static synchronized String readersToken() {
    if (readersToken.isEmpty()) {
      Lab.CLIENT
          .resource(
              new ClusterRoleBindingBuilder()
                  .withNewMetadata()
                  .withName(READER)
                  .endMetadata()
                  .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", ROLE)
                  .addNewSubject("", "ServiceAccount", READER, Lab.NAMESPACE)
                  .build())
          .serverSideApply();
      readersToken = token(READER);
    }
    return readersToken;
  }

  /** A token of a service account, which is made if there is none. */
  static String token(String account) {
    Lab.CLIENT
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(account)
                .withNamespace(Lab.NAMESPACE)
                .endMetadata()
                .build())
        .serverSideApply();
    return Lab.CLIENT
        .serviceAccounts()
        .inNamespace(Lab.NAMESPACE)
        .withName(account)
        .tokenRequest(new TokenRequest())
        .getStatus()
        .getToken();
  }

  /**
   * The answer to GET, with its status line and headers; empty while the agent doesn't answer.
   *
   * @param token empty for none
   */
  static String get(String path, String token) {
    var ip =
        Lab.CLIENT
            .pods()
            .inNamespace(SYSTEM_NAMESPACE)
            .withLabel("app.kubernetes.io/name", "lpar-agent")
            .list()
            .getItems()
            .stream()
            .flatMap(pod -> Stream.ofNullable(pod.getStatus().getPodIP()))
            .findFirst();
    if (ip.isEmpty()) {
      return "";
    }
    var authorization = token.isEmpty() ? "" : "Authorization: Bearer " + token + "\\r\\n";
    var request = "GET " + path + " HTTP/1.0\\r\\n" + authorization + "\\r\\n";
    return onBlade(
        "printf '%s' | timeout 60 openssl s_client -quiet -connect %s:9751 2>/dev/null || true"
            .formatted(request, ip.get()));
  }
}
