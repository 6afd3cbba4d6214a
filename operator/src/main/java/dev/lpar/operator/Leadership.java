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
 *
 * <p>The Lease is long enough that an API server which is away for a minute costs no replica its
 * lead, and so no restart: nothing waits for the next leader but new placements. OpenShift's
 * conventions for operators (section "Leader election") arrive at about the same times.
 */
@Singleton
public class Leadership {
  private static final Logger LOG = Logger.getLogger(Leadership.class);

  private static final String LEASE = "lpar-operator";

  private final KubernetesClient client;
  private final String namespace;
  private final String instance;
  private final Duration leaseDuration;
  private volatile boolean stopping;

  public Leadership(
      KubernetesClient client,
      @ConfigProperty(name = "lpar.operator.namespace") String namespace,
      @ConfigProperty(name = "lpar.operator.instance") String instance,
      @ConfigProperty(name = "lpar.operator.lease-duration") Duration leaseDuration) {
    this.client = client;
    this.namespace = namespace;
    this.instance = instance;
    this.leaseDuration = leaseDuration;
  }

  @Produces
  @Singleton
  LeaderElectionConfiguration election() {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
        .withLeaseNamespace(namespace)
        .withIdentity(instance)
        .withLeaseDuration(leaseDuration)
        .withRenewDeadline(leaseDuration.minus(leaseDuration.dividedBy(6)))
        .withRetryPeriod(leaseDuration.dividedBy(24))
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
