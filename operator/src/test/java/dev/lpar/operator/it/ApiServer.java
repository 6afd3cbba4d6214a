package dev.lpar.operator.it;

import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One real API server for all tests of this JVM, with the chart's CRDs and the operator's account
 * bound to the chart's roles.
 */
final class ApiServer {
  static final String NAMESPACE = "lpar-system";
  private static final Path CHART = Path.of("../helm/lpar-operator");
  private static ApiServer instance;

  private final Config admin;
  private final KubernetesClient client;

  private ApiServer(KubeAPIServer server) {
    admin = Config.fromKubeconfig(server.getKubeConfigYaml());
    client = new KubernetesClientBuilder().withConfig(admin).build();
  }

  static synchronized ApiServer get() {
    if (instance == null) {
      var server =
          new KubeAPIServer(
              KubeAPIServerConfigBuilder.anAPIServerConfig().withOfflineMode(true).build());
      server.start();
      Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
      instance = new ApiServer(server);
      instance.install();
    }
    return instance;
  }

  KubernetesClient client() {
    return client;
  }

  private void install() {
    for (var namespace : List.of(NAMESPACE, "payments")) {
      client
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .create();
    }
    try (var crds = Files.list(CHART.resolve("crds"))) {
      for (var file : crds.sorted().toList()) {
        var crd = client.resource(Files.readString(file)).create();
        client
            .resources(CustomResourceDefinition.class)
            .withName(crd.getMetadata().getName())
            .waitUntilCondition(ApiServer::established, 30, TimeUnit.SECONDS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    client
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName("lpar-operator")
                .endMetadata()
                .build())
        .create();
    client.load(renderedRoles()).create();
  }

  private static boolean established(CustomResourceDefinition crd) {
    return crd != null
        && crd.getStatus() != null
        && crd.getStatus().getConditions() != null
        && crd.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  /** The chart's own roles, as Helm renders them: the operator gets these rights and no others. */
  private static InputStream renderedRoles() {
    try (var binaries =
        Files.find(
            Path.of(System.getenv("KUBE_API_TEST_DIR")),
            4,
            (path, _) -> path.endsWith("kube-apiserver"))) {
      var helm = binaries.findFirst().orElseThrow().toRealPath().resolveSibling("helm");
      var process =
          new ProcessBuilder(
                  helm.toString(),
                  "template",
                  "lpar",
                  CHART.toString(),
                  "--namespace",
                  NAMESPACE,
                  "--show-only",
                  "templates/operator-rbac.yaml")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return process.getInputStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A kubeconfig that holds a token of the operator's service account and nothing else. */
  Path operatorKubeconfig() {
    var token =
        client
            .serviceAccounts()
            .inNamespace(NAMESPACE)
            .withName("lpar-operator")
            .tokenRequest(new TokenRequest())
            .getStatus()
            .getToken();
    var yaml =
        """
        apiVersion: v1
        kind: Config
        clusters: [ { name: it, cluster: { server: "%s", certificate-authority: "%s" } } ]
        users: [ { name: operator, user: { token: "%s" } } ]
        contexts: [ { name: it, context: { cluster: it, user: operator } } ]
        current-context: it
        """
            .formatted(admin.getMasterUrl(), admin.getCaCertFile(), token);
    try {
      var file = Files.createTempFile("operator", ".kubeconfig");
      file.toFile().deleteOnExit();
      return Files.writeString(file, yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  KubernetesClient clientOf(String token) {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(admin)
                .withClientCertFile(null)
                .withClientKeyFile(null)
                .withOauthToken(token)
                .build())
        .build();
  }
}
