package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpecBuilder;
import dev.lpar.api.v1alpha1.BladeTrace;
import dev.lpar.api.v1alpha1.ExitTrace;
import dev.lpar.operator.observe.ExitTraces;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
  private static final int MOST = 64;

  private final KubernetesClient client;

  public TraceOrders(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Tells a blade that has the trace's partition.
   *
   * @return false if the blade has changed meanwhile, so that it must be looked at again
   */
  public boolean tell(String blade, ExitTrace trace) {
    var read = client.resources(Blade.class).withName(blade).get();
    var order = read == null ? null : ExitTraces.order(trace, read).orElse(null);
    if (read == null || order == null || ExitTraces.isToldOf(read, trace)) {
      return false;
    }
    var traces = new ArrayList<>(wanted(read));
    if (traces.size() >= MOST) {
      return false;
    }
    traces.add(order);
    return write(read, traces);
  }

  /**
   * Has a blade end and remove the trace.
   *
   * @return false if it must be tried again
   */
  public boolean withdraw(String blade, ExitTrace trace) {
    var read = client.resources(Blade.class).withName(blade).get();
    if (read == null || !ExitTraces.isToldOf(read, trace)) {
      return true;
    }
    var traces = new ArrayList<>(ExitTraces.told(read));
    traces.removeIf(told -> told.id().equals(trace.getMetadata().getUid()));
    return write(read, traces);
  }

  /** Without those whose ExitTraces are gone, such as by force. */
  private List<BladeTrace> wanted(Blade blade) {
    Set<String> there =
        client.resources(ExitTrace.class).inAnyNamespace().list().getItems().stream()
            .map(trace -> trace.getMetadata().getUid())
            .collect(Collectors.toSet());
    return ExitTraces.told(blade).stream().filter(told -> there.contains(told.id())).toList();
  }

  private boolean write(Blade read, List<BladeTrace> traces) {
    var name = read.getMetadata().getName();
    var blade = new Blade();
    blade.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withResourceVersion(read.getMetadata().getResourceVersion())
            .build());
    blade.setSpec(BladeSpecBuilder.builder().exitTraces(traces).build());
    try {
      client.resource(blade).patch(FieldManagers.applyAs(FieldManagers.TRACES));
      LOG.infof("%s is told of %d traces", name, traces.size());
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.debugf("%s changed since it was read: reading again", name);
      return false;
    }
  }
}
