package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.ApiGroup;
import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpecBuilder;
import dev.lpar.api.v1alpha1.BladeTrace;
import dev.lpar.api.v1alpha1.ExitTrace;
import dev.lpar.operator.observe.ExitTraces;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Tells blades which traces to take and to keep: the only writer of {@code Blade.spec.exitTraces}.
 * Each change is made to what the API server has, and written with the resourceVersion that was
 * read: of two traces of one blade none is lost.
 */
@Singleton
public class TraceOrders {
  private static final Logger LOG = Logger.getLogger(TraceOrders.class);
  public static final int MOST = 64;

  private final KubernetesClient client;

  public TraceOrders(KubernetesClient client) {
    this.client = client;
  }

  /** What came of telling a blade. */
  public enum Told {
    DONE,
    /** The blade has changed meanwhile, so that it must be looked at again. */
    AGAIN,
    /** It has been told of as many traces as a blade can be. */
    FULL
  }

  /** Tells a blade that has the trace's partition. */
  public Told tell(String blade, ExitTrace trace) {
    var read = client.resources(Blade.class).withName(blade).get();
    var order = read == null ? null : ExitTraces.order(trace, read).orElse(null);
    if (read == null || order == null || ExitTraces.isToldOf(read, trace)) {
      return Told.AGAIN;
    }
    var there = client.resources(ExitTrace.class).inAnyNamespace().list().getItems();
    if (there.stream().noneMatch(live -> isKept(live, trace))) {
      return Told.AGAIN;
    }
    // Without those whose ExitTraces are gone, such as by force.
    var uids = there.stream().map(live -> live.getMetadata().getUid()).collect(Collectors.toSet());
    var traces =
        new ArrayList<>(
            ExitTraces.told(read).stream().filter(told -> uids.contains(told.id())).toList());
    if (traces.size() >= MOST) {
      return Told.FULL;
    }
    traces.add(order);
    return write(read, traces) ? Told.DONE : Told.AGAIN;
  }

  /**
   * Has whatever blade was told of the trace end and remove it. Asks the API server: a cache may
   * not have yet what was told a moment ago.
   *
   * @return false if it must be tried again
   */
  public boolean withdraw(ExitTrace trace) {
    var uid = trace.getMetadata().getUid();
    return client.resources(Blade.class).list().getItems().stream()
        .filter(blade -> ExitTraces.isToldOf(blade, trace))
        .allMatch(
            blade ->
                write(
                    blade,
                    ExitTraces.told(blade).stream()
                        .filter(told -> !told.id().equals(uid))
                        .toList()));
  }

  /** Whether its deletion will be noticed: it can't go before the blade is told so too. */
  private static boolean isKept(ExitTrace live, ExitTrace trace) {
    return live.getMetadata().getUid().equals(trace.getMetadata().getUid())
        && live.hasFinalizer(ApiGroup.TRACE_FINALIZER)
        && !live.isMarkedForDeletion();
  }

  private boolean write(Blade read, List<BladeTrace> traces) {
    boolean done =
        BladeSpecs.write(
            client,
            read,
            BladeSpecBuilder.builder().exitTraces(traces).build(),
            FieldManagers.TRACES);
    if (done) {
      LOG.infof("%s is told of %d traces", read.getMetadata().getName(), traces.size());
    }
    return done;
  }
}
