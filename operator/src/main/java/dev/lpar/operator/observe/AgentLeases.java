package dev.lpar.operator.observe;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * When each agent's Lease was seen renewed, by the operator's own clock: clocks of blades may be
 * wrong, so the time written in a Lease counts as a mark that changes, not as a time. A restarted
 * operator begins anew and is patient for one more period.
 */
@Singleton
public class AgentLeases {
  private static final String PREFIX = "lpar-blade-";
  private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(40);

  private final KubernetesClient client;
  private final String namespace;
  private final Map<String, Sign> signs = new ConcurrentHashMap<>();

  /**
   * A sign of life.
   *
   * @param mark the Lease's renewal as written; empty when there is no Lease
   * @param at when the mark was first seen
   * @param patience how long the Lease lasts
   */
  public record Sign(String mark, Instant at, Duration patience) {}

  public AgentLeases(
      KubernetesClient client, @ConfigProperty(name = "lpar.operator.namespace") String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Where the agents' Leases are. */
  public String namespace() {
    return namespace;
  }

  public static boolean isAgents(Lease lease) {
    return lease.getMetadata().getName().startsWith(PREFIX);
  }

  public static String bladeOf(Lease lease) {
    return lease.getMetadata().getName().substring(PREFIX.length());
  }

  /** The last sign of life, as of how the Lease looks now. */
  public Sign lastSign(String blade, Optional<Lease> lease, Instant now) {
    String mark = mark(lease);
    return signs.compute(
        blade,
        (_, old) ->
            old != null && old.mark().equals(mark) ? old : new Sign(mark, now, patience(lease)));
  }

  /**
   * Whether the API server's Lease, read now, still looks so. Where the read fails, the operator
   * was blind and the agent perhaps not silent: the wait starts anew.
   */
  public boolean unchanged(String blade, Sign sign) {
    try {
      var lease = client.resources(Lease.class).inNamespace(namespace).withName(PREFIX + blade);
      return mark(Optional.ofNullable(lease.get())).equals(sign.mark());
    } catch (KubernetesClientException e) {
      signs.remove(blade, sign);
      throw e;
    }
  }

  private static String mark(Optional<Lease> lease) {
    return lease
        .map(Lease::getSpec)
        .map(LeaseSpec::getRenewTime)
        .map(time -> time.toInstant().toString())
        .orElse("");
  }

  private static Duration patience(Optional<Lease> lease) {
    return lease
        .map(Lease::getSpec)
        .map(LeaseSpec::getLeaseDurationSeconds)
        .map(Duration::ofSeconds)
        .orElse(DEFAULT_PATIENCE);
  }
}
