package dev.lpar.chart;

import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real API server that has the chart, and clients with the tokens its pods would have. */
final class InstalledChart implements AutoCloseable {
  private final KubeAPIServer server;
  private final KubernetesClient admin;
  private final List<KubernetesClient> clients = new ArrayList<>();

  InstalledChart() throws IOException {
    server =
        new KubeAPIServer(
            KubeAPIServerConfigBuilder.anAPIServerConfig()
                .withOfflineMode(true)
                .withApiServerFlag("--advertise-address", "127.0.0.1")
                .withApiServerFlag("--endpoint-reconciler-type", "none")
                .build());
    server.start();
    admin = client(new ConfigBuilder(Config.fromKubeconfig(server.getKubeConfigYaml())).build());
    create(
        new NamespaceBuilder().withNewMetadata().withName(Chart.NAMESPACE).endMetadata().build());
    try (var crds = Files.list(Chart.CRDS)) {
      for (var file : crds.sorted().toList()) {
        install(Files.readString(file));
      }
    }
    var rendered = Chart.render("").getBytes(StandardCharsets.UTF_8);
    admin.load(new ByteArrayInputStream(rendered)).items().forEach(this::create);
  }

  private void install(String crd) {
    var name = admin.resource(crd).create().getMetadata().getName();
    admin
        .resources(CustomResourceDefinition.class)
        .withName(name)
        .waitUntilCondition(InstalledChart::established, 30, TimeUnit.SECONDS);
  }

  private static boolean established(CustomResourceDefinition crd) {
    return crd != null
        && crd.getStatus() != null
        && crd.getStatus().getConditions() != null
        && crd.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  void create(HasMetadata object) {
    admin.resource(object).create();
  }

  KubernetesClient admin() {
    return admin;
  }

  /** What a pod of this workload on this node is: the kubelet asks for such a token for it. */
  KubernetesClient podOf(String account, String node) {
    create(new NodeBuilder().withNewMetadata().withName(node).endMetadata().build());
    var pod =
        admin
            .resource(
                new PodBuilder()
                    .withNewMetadata()
                    .withName(account + "-" + node)
                    .withNamespace(Chart.NAMESPACE)
                    .endMetadata()
                    .withNewSpec()
                    .withServiceAccountName(account)
                    .withNodeName(node)
                    .addNewContainer()
                    .withName("main")
                    .withImage("none")
                    .endContainer()
                    .endSpec()
                    .build())
            .create()
            .getMetadata();
    return withToken(
        account,
        new TokenRequestBuilder()
            .withNewSpec()
            .withNewBoundObjectRef("v1", "Pod", pod.getName(), pod.getUid())
            .endSpec()
            .build());
  }

  /** The same account, by a token that says nothing of a pod. */
  KubernetesClient account(String account) {
    return withToken(account, new TokenRequest());
  }

  private KubernetesClient withToken(String account, TokenRequest request) {
    var token =
        admin
            .serviceAccounts()
            .inNamespace(Chart.NAMESPACE)
            .withName(account)
            .tokenRequest(request)
            .getStatus()
            .getToken();
    var config = admin.getConfiguration();
    return client(
        new ConfigBuilder(Config.empty())
            .withMasterUrl(config.getMasterUrl())
            .withCaCertFile(config.getCaCertFile())
            .withCaCertData(config.getCaCertData())
            .withOauthToken(token)
            .build());
  }

  private KubernetesClient client(Config config) {
    var client = new KubernetesClientBuilder().withConfig(config).build();
    clients.add(client);
    return client;
  }

  @Override
  public void close() {
    clients.forEach(KubernetesClient::close);
    server.stop();
  }
}
