package dev.lpar.agent.report;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeStatus;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The real API server, by Fabric8's client. */
public final class ClusterBladeApi implements BladeApi {
  /** Field manager of everything the agent writes. */
  private static final String MANAGER = "lpar-agent";

  /** Server-side apply that takes over what another has written. */
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(MANAGER)
          .withForce(true)
          .build();

  private static final int LEASE_SECONDS = 40;

  /** A watch is renewed after this, in case the network lost it without a word. */
  private static final int WATCH_SECONDS = 120;

  /**
   * Who and where this agent is.
   *
   * @param blade name of the Node and of the Blade
   * @param namespace of the Lease
   * @param holder name of the pod
   */
  public record Identity(String blade, String namespace, String holder) {}

  private final KubernetesClient client;
  private final Identity identity;
  private volatile @Nullable CountDownLatch following;

  public ClusterBladeApi(ApiServer server, Identity identity) {
    this.client = server.client();
    this.identity = identity;
  }

  private Resource<Blade> blade() {
    return client.resources(Blade.class).withName(identity.blade());
  }

  @Override
  public Optional<Blade> read() {
    try {
      return Optional.ofNullable(blade().get());
    } catch (KubernetesClientException e) {
      throw new ApiException("can't read the Blade " + identity.blade() + ": " + cause(e), e);
    }
  }

  @Override
  public void follow(Blade from, Consumer<Blade> changed) {
    var ended = new CountDownLatch(1);
    following = ended;
    var watcher =
        new Watcher<Blade>() {
          @Override
          public void eventReceived(Action action, @Nullable Blade blade) {
            switch (action) {
              case ADDED, MODIFIED -> {
                if (blade != null) {
                  changed.accept(blade);
                }
              }
              case DELETED, ERROR -> ended.countDown();
              case BOOKMARK -> {}
            }
          }

          @Override
          public void onClose(WatcherException e) {
            ended.countDown();
          }

          @Override
          public void onClose() {
            ended.countDown();
          }
        };
    try (var _ = blade().watch(from.getMetadata().getResourceVersion(), watcher)) {
      ended.await(WATCH_SECONDS, TimeUnit.SECONDS);
    } catch (KubernetesClientException e) {
      throw new ApiException("can't watch the Blade " + identity.blade() + ": " + cause(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      following = null;
    }
  }

  @Override
  public void interruptFollow() {
    var ended = following;
    if (ended != null) {
      ended.countDown();
    }
  }

  @Override
  public void applyStatus(BladeStatus status) {
    var blade = new Blade();
    blade.getMetadata().setName(identity.blade());
    blade.setStatus(status);
    try {
      client.resource(blade).subresource("status").patch(APPLY, blade);
    } catch (KubernetesClientException e) {
      throw new ApiException(
          "can't write the status of the Blade " + identity.blade() + ": " + cause(e), e);
    }
  }

  @Override
  public void renewLease(Instant now) {
    var name = "lpar-blade-" + identity.blade();
    var lease =
        new LeaseBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(identity.namespace())
            .endMetadata()
            .withNewSpec()
            .withHolderIdentity(identity.holder())
            .withLeaseDurationSeconds(LEASE_SECONDS)
            .withRenewTime(now.atZone(ZoneOffset.UTC))
            .endSpec()
            .build();
    try {
      client.resource(lease).patch(APPLY, lease);
    } catch (KubernetesClientException e) {
      throw new ApiException("can't renew the Lease " + name + ": " + cause(e), e);
    }
  }

  private static String cause(KubernetesClientException e) {
    return e.getCause() == null ? String.valueOf(e.getMessage()) : e.getCause().toString();
  }
}
