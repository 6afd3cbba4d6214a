package dev.lpar.operator;

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

  private volatile boolean stopping;

  @Produces
  @Singleton
  LeaderElectionConfiguration election(
      @ConfigProperty(name = "lpar.operator.namespace") String namespace,
      @ConfigProperty(name = "lpar.operator.instance") String instance) {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration("lpar-operator")
        .withLeaseNamespace(namespace)
        .withIdentity(instance)
        .withLeaseDuration(Duration.ofSeconds(15))
        .withRenewDeadline(Duration.ofSeconds(10))
        .withRetryPeriod(Duration.ofSeconds(2))
        .withExitOnStopLeading(false)
        .withLeaderCallbacks(new LeaderCallbacks(() -> {}, this::lost, _ -> {}))
        .build();
  }

  /** Before the operator is stopped, which gives up the lead. */
  void stopping(@Observes @Priority(1) ShutdownEvent event) {
    stopping = true;
  }

  /**
   * A replica that lost the lead against its will ends at once: another may act already. It ends
   * without its shutdown hooks, one of which would wait for the thread this runs on.
   */
  private void lost() {
    if (!stopping) {
      LOG.error("lost the lead: ending at once, another replica may act already");
      Runtime.getRuntime().halt(1);
    }
  }
}
