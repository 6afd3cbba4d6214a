package dev.lpar.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * One replica acts at a time. The Lease is given back on SIGTERM, so that an update takes over at
 * once; after a kill the next one waits for the Lease to run out.
 */
@Singleton
public class Leadership {
  private static final Logger LOG = Logger.getLogger(Leadership.class);

  private static final String LEASE = "lpar-operator";

  private final KubernetesClient client;
  private final String namespace;
  private final String instance;
  private volatile boolean stopping;

  public Leadership(
      KubernetesClient client,
      @ConfigProperty(name = "lpar.operator.namespace") String namespace,
      @ConfigProperty(name = "lpar.operator.instance") String instance) {
    this.client = client;
    this.namespace = namespace;
    this.instance = instance;
  }

  @Produces
  @Singleton
  LeaderElectionConfiguration election() {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
        .withLeaseNamespace(namespace)
        .withIdentity(instance)
        .withLeaseDuration(Duration.ofSeconds(15))
        .withRenewDeadline(Duration.ofSeconds(10))
        .withRetryPeriod(Duration.ofSeconds(2))
        .withExitOnStopLeading(false)
        .withLeaderCallbacks(new LeaderCallbacks(() -> {}, this::ended, _ -> {}))
        .build();
  }

  /** Before the operator is stopped, which gives up the lead. */
  void stopping(@Observes @Priority(1) ShutdownEvent event) {
    stopping = true;
  }

  /**
   * On a stop the reconcilers have ended by now, and the lead is given back. A replica that lost
   * the lead against its will ends at once, for another may act already; without its shutdown
   * hooks, one of which would wait for the thread this runs on.
   */
  private void ended() {
    if (stopping) {
      release();
    } else {
      LOG.error("lost the lead: ending at once, another replica may act already");
      Runtime.getRuntime().halt(1);
    }
  }

  private void release() {
    try {
      var lease = client.resources(Lease.class).inNamespace(namespace).withName(LEASE).get();
      if (lease != null && instance.equals(lease.getSpec().getHolderIdentity())) {
        lease.getSpec().setHolderIdentity("");
        client.resource(lease).lockResourceVersion().update();
      }
    } catch (KubernetesClientException e) {
      LOG.warnf("the lead isn't given back, it runs out by itself: %s", e.getMessage());
    }
  }
}
