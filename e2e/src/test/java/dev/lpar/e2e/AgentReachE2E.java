package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.BLADE;
import static dev.lpar.e2e.Lab.SYSTEM_NAMESPACE;
import static dev.lpar.e2e.Lab.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.ApiGroup;
import dev.lpar.api.v1alpha1.Blade;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * With the token that an agent's pod has, one reaches that agent's own blade and no further; and
 * who reaches the agent.
 */
class AgentReachE2E {
  private static final String OTHER = "no-such-blade";
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private static KubernetesClient agent;
  private static Partition partition;

  @BeforeAll
  static void becomeTheAgent() {
    var pod =
        Lab.CLIENT
            .pods()
            .inNamespace(SYSTEM_NAMESPACE)
            .withLabel("app.kubernetes.io/name", "lpar-agent")
            .list()
            .getItems()
            .getFirst()
            .getMetadata()
            .getName();
    var token =
        Lab.kubectl(
                "create",
                "token",
                "lpar-agent",
                "-n",
                SYSTEM_NAMESPACE,
                "--bound-object-kind=Pod",
                "--bound-object-name=" + pod)
            .orFail()
            .output()
            .lines()
            .toList()
            .getLast();
    agent = withToken(token);
    Lab.CLIENT
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(OTHER)
                .addToLabels(ApiGroup.BLADE_LABEL, "")
                .endMetadata()
                .build())
        .serverSideApply();
    await(
        "a Blade for the Node",
        () -> Lab.CLIENT.resources(Blade.class).withName(OTHER).get(),
        Objects::nonNull);
    partition = Partition.apply(Partition.smallGuest("reach", "", "powerState: Stopped"));
  }

  @AfterAll
  static void leave() {
    partition.delete();
    Lab.CLIENT.nodes().withName(OTHER).delete();
    agent.close();
  }

  private static KubernetesClient withToken(String token) {
    var config = Lab.CLIENT.getConfiguration();
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl(config.getMasterUrl())
                .withCaCertData(config.getCaCertData())
                .withCaCertFile(config.getCaCertFile())
                .withOauthToken(token)
                .build())
        .build();
  }

  @Test
  void itsOwnBladesStatusAndLeaseAreItsToWrite() {
    agent
        .resources(Blade.class)
        .withName(BLADE)
        .subresource("status")
        .patch(MERGE, "{\"status\":{}}");
    agent
        .leases()
        .inNamespace(SYSTEM_NAMESPACE)
        .withName("lpar-blade-" + BLADE)
        .patch(MERGE, "{\"metadata\":{\"labels\":{}}}");
  }

  @Test
  void anotherBladesStatusIsRefused() {
    refused(
        "may not write blade " + OTHER,
        () ->
            agent
                .resources(Blade.class)
                .withName(OTHER)
                .subresource("status")
                .patch(MERGE, "{\"status\":{\"agentVersion\":\"forged\"}}"));
  }

  @Test
  void anotherLeaseIsRefused() {
    var lease =
        new LeaseBuilder()
            .withNewMetadata()
            .withName("lpar-blade-" + OTHER)
            .withNamespace(SYSTEM_NAMESPACE)
            .endMetadata()
            .build();
    refused(
        "may write the Lease lpar-blade-" + BLADE + " alone", () -> agent.resource(lease).create());
    refused(
        "may write the Lease lpar-blade-" + BLADE + " alone",
        () ->
            agent
                .leases()
                .inNamespace(SYSTEM_NAMESPACE)
                .withName("lpar-operator")
                .patch(MERGE, "{\"spec\":{\"holderIdentity\":\"forged\"}}"));
  }

  @Test
  void itsOwnSpecAndAllElseAreRefused() throws Exception {
    refused(
        "cannot patch resource \"blades\"",
        () ->
            agent
                .resources(Blade.class)
                .withName(BLADE)
                .patch(MERGE, "{\"spec\":{\"maintenance\":true}}"));
    var lpar = "/apis/lpar.dev/v1alpha1/namespaces/" + Lab.NAMESPACE + "/lpars/reach";
    refusedPatch("lpars", lpar, "{\"spec\":{\"powerState\":\"Running\"}}");
    refusedPatch("lpars/status", lpar + "/status", "{\"status\":{\"phase\":\"Running\"}}");
    refusedPatch("nodes", "/api/v1/nodes/" + BLADE, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
    refused(
        "cannot list resource \"secrets\"",
        () -> agent.secrets().inNamespace(SYSTEM_NAMESPACE).list());
  }

  @Test
  void aTokenThatNamesNoNodeIsRefused() {
    var unbound =
        Lab.kubectl("create", "token", "lpar-agent", "-n", SYSTEM_NAMESPACE)
            .orFail()
            .output()
            .lines()
            .toList()
            .getLast();
    try (var client = withToken(unbound)) {
      refused(
          "names no node",
          () ->
              client
                  .resources(Blade.class)
                  .withName(BLADE)
                  .subresource("status")
                  .patch(MERGE, "{\"status\":{\"agentVersion\":\"forged\"}}"));
    }
  }

  @Test
  void itsMetricsAreForThoseWhomTheClusterLetsHaveThem() {
    // While there is no certificate yet, there is no answer.
    var nobody =
        await(
            "an answer",
            () -> AgentEndpoint.get(AgentEndpoint.METRICS, ""),
            answer -> !answer.isEmpty());
    assertTrue(nobody.contains("HTTP/1.1 401 "), nobody);
    assertTrue(nobody.contains("\nWww-authenticate: Bearer"), nobody);

    var stranger = AgentEndpoint.get(AgentEndpoint.METRICS, AgentEndpoint.token("e2e-stranger"));
    assertTrue(stranger.contains("HTTP/1.1 403 "), stranger);
    var why =
        "system:serviceaccount:" + Lab.NAMESPACE + ":e2e-stranger may not get path \"/metrics\"";
    assertTrue(stranger.contains(why), stranger);

    var page = AgentEndpoint.metrics();
    assertTrue(page.contains("\nlpar_agent_info{version="), page);
  }

  /** Sends the patch by itself: the client's own patch reads first, and already that is refused. */
  private static void refusedPatch(String resource, String path, String patch) throws Exception {
    var http = agent.getHttpClient();
    var response =
        http.sendAsync(
                http.newHttpRequestBuilder()
                    .uri(agent.getMasterUrl().toURI().resolve(path))
                    .method("PATCH", "application/merge-patch+json", patch)
                    .build(),
                String.class)
            .get();
    assertEquals(403, response.code(), response.body());
    var because = "cannot patch resource \"" + resource + "\"";
    var status = agent.getKubernetesSerialization().unmarshal(response.body(), Status.class);
    assertTrue(status.getMessage().contains(because), status.getMessage());
  }

  private static void refused(String because, Executable call) {
    var refusal = assertThrows(KubernetesClientException.class, call);
    assertTrue(refusal.getCode() == 403 || refusal.getCode() == 422, "code " + refusal.getCode());
    assertTrue(refusal.getMessage().contains(because), refusal.getMessage());
  }
}
