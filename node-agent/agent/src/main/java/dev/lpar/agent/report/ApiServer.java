package dev.lpar.agent.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lpar.api.v1alpha1.Blade;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** The API server: one client for everything that the agent asks. */
public record ApiServer(KubernetesClient client) {
  /** By the pod's own token. */
  public static ApiServer connect() {
    return connect(Config.autoConfigure(null));
  }

  public static ApiServer connect(Config config) {
    // The agent backs off by itself: the client's own retries would hide an outage from it. An API
    // server that is there but slow is waited for: giving up throws a handshake's work away.
    // It asks little, one thing after the other: HTTP/2 would be more code in memory for nothing.
    return new ApiServer(
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(config)
                    .withRequestRetryBackoffLimit(0)
                    .withRequestTimeout(30_000)
                    .withConnectionTimeout(30_000)
                    .withWatchReconnectLimit(0)
                    .withHttp2Disable(true)
                    .build())
            .withKubernetesSerialization(kindsOfTheAgent())
            .build());
  }

  /** Fabric8 would load every kind of its model, to know them all when it meets them. */
  private static KubernetesSerialization kindsOfTheAgent() {
    var kinds = new KubernetesSerialization(new ObjectMapper(), false);
    kinds.registerKubernetesResource(Blade.class);
    kinds.registerKubernetesResource(Lease.class);
    kinds.registerKubernetesResource(Status.class);
    kinds.registerKubernetesResource(TokenReview.class);
    kinds.registerKubernetesResource(SubjectAccessReview.class);
    return kinds;
  }
}
