package dev.lpar.operator.it;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.api.v1alpha1.BladeSpec;
import dev.lpar.api.v1alpha1.BladeStatus;
import dev.lpar.api.v1alpha1.BladeStatus.NumaNode;
import dev.lpar.api.v1alpha1.BladeStatus.Resources;
import dev.lpar.api.v1alpha1.BladeStatus.Topology;
import dev.lpar.api.v1alpha1.BladeStatus.Virtualization;
import dev.lpar.api.v1alpha1.BladeStatusBuilder;
import dev.lpar.api.v1alpha1.BladeTrace;
import dev.lpar.api.v1alpha1.BladeTraceStatus;
import dev.lpar.api.v1alpha1.Partition;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.PartitionStatusBuilder;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.TracePhase;
import dev.lpar.api.v1alpha1.TraceReason;
import dev.lpar.operator.observe.ExitTraces;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Plays a blade's agent against the API server: reports what the Blade asks for as done, the way
 * the real one does, unless told to hold back.
 */
final class ScriptedAgent implements AutoCloseable {
  private final KubernetesClient client;
  private final String blade;
  private final Resources allocatable;
  private final int leaseSeconds;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final SharedIndexInformer<Blade> informer;
  private volatile Function<Partition, PartitionStatus> script = ScriptedAgent::obey;
  private volatile List<BladeDevice> devices = List.of();
  private volatile Function<BladeTrace, BladeTraceStatus> traces =
      trace ->
          new BladeTraceStatus(trace.id(), TracePhase.TRACING, TraceReason.RECORDING, null, null);
  private volatile boolean keepsRemoved;
  private volatile boolean mute;
  private List<PartitionStatus> last = List.of();
  private BladeStatus written;

  /** An agent whose Lease lasts as long as in production. */
  ScriptedAgent(String blade, Resources allocatable) {
    this(blade, allocatable, 40);
  }

  ScriptedAgent(String blade, Resources allocatable, int leaseSeconds) {
    this.client = ApiServer.get().client();
    this.blade = blade;
    this.allocatable = allocatable;
    this.leaseSeconds = leaseSeconds;
    thread.scheduleAtFixedRate(this::renewLease, 0, leaseSeconds * 250L, TimeUnit.MILLISECONDS);
    informer =
        client
            .resources(Blade.class)
            .withName(blade)
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(Blade blade) {
                    report();
                  }

                  @Override
                  public void onUpdate(Blade before, Blade blade) {
                    report();
                  }

                  @Override
                  public void onDelete(Blade blade, boolean unknown) {
                    written = null;
                  }
                });
  }

  static Resources resources(int cpus, String memory, Map<String, String> hugePages) {
    return new Resources(cpus, memory, hugePages, 100, null, null, null);
  }

  /** Reports by this script from now on. */
  void follow(Function<Partition, PartitionStatus> script) {
    this.script = script;
    report();
  }

  /** While true, partitions taken off the blade are still reported: their guests haven't ended. */
  void keepRemoved(boolean keeps) {
    keepsRemoved = keeps;
    report();
  }

  /** Reports traces by this script from now on. */
  void trace(Function<BladeTrace, BladeTraceStatus> script) {
    traces = script;
    report();
  }

  void have(List<BladeDevice> devices) {
    this.devices = devices;
    report();
  }

  /** Neither reports nor renews its Lease, as a dead one. */
  void fallSilent() {
    mute = true;
  }

  void speak() {
    mute = false;
    written = null;
    thread.execute(this::renewLease);
    report();
  }

  /** All done at once. */
  static PartitionStatus obey(Partition partition) {
    return switch (partition.powerState()) {
      case RUNNING -> status(partition, Phase.RUNNING, PartitionReason.GUEST_RUNNING);
      case PAUSED -> status(partition, Phase.PAUSED, PartitionReason.GUEST_PAUSED);
      case STOPPED -> status(partition, Phase.STOPPED, PartitionReason.POWERED_OFF);
    };
  }

  static PartitionStatus status(Partition partition, Phase phase, PartitionReason reason) {
    return PartitionStatusBuilder.builder()
        .id(partition.id())
        .namespace(partition.namespace())
        .name(partition.name())
        .generation(partition.generation())
        .phase(phase)
        .reason(reason)
        .build();
  }

  private void report() {
    if (!thread.isShutdown()) {
      thread.execute(this::reportNow);
    }
  }

  private void reportNow() {
    try {
      var seen = client.resources(Blade.class).withName(blade).get();
      if (seen == null || mute) {
        return;
      }
      var status = status(seen);
      if (status.equals(written) && isReady(seen)) {
        return;
      }
      var fresh = new Blade();
      fresh.setMetadata(new ObjectMetaBuilder().withName(blade).build());
      fresh.setStatus(status);
      client
          .resource(fresh)
          .subresource("status")
          .patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.SERVER_SIDE_APPLY)
                  .withFieldManager("lpar-agent")
                  .withForce(true)
                  .build());
      written = status;
    } catch (RuntimeException e) {
      System.err.println("scripted agent of " + blade + ": " + e.getMessage());
    }
  }

  private static boolean isReady(Blade blade) {
    return blade.getStatus() != null
        && blade.getStatus().conditions() != null
        && blade.getStatus().conditions().stream().allMatch(c -> c.getStatus().equals("True"));
  }

  private BladeStatus status(Blade seen) {
    var wanted = Optional.ofNullable(seen.getSpec()).map(BladeSpec::partitions).orElse(List.of());
    var reports = new ArrayList<>(wanted.stream().map(script).toList());
    if (keepsRemoved) {
      last.stream()
          .filter(old -> reports.stream().noneMatch(report -> report.id().equals(old.id())))
          .forEach(reports::add);
    }
    last = List.copyOf(reports);
    var told = ExitTraces.told(seen);
    return BladeStatusBuilder.builder()
        .observedGeneration(seen.getMetadata().getGeneration())
        .agentVersion("scripted")
        .virtualization(new Virtualization("SVM", true, true, false, null, null))
        .topology(topology())
        .allocatable(allocatable)
        .devices(devices.isEmpty() ? null : devices)
        .partitions(reports.isEmpty() ? null : List.copyOf(reports))
        .exitTraces(told.isEmpty() ? null : told.stream().map(traces).toList())
        .conditions(
            List.of(
                new ConditionBuilder()
                    .withType("Ready")
                    .withStatus("True")
                    .withReason("AgentReady")
                    .withMessage("the blade can run partitions")
                    .withLastTransitionTime("2026-01-01T00:00:00Z")
                    .build()))
        .build();
  }

  /** As many cores as there are CPUs, none of them the host's. */
  private Topology topology() {
    int cpus = Optional.ofNullable(allocatable.cpus()).orElse(0);
    var cores = IntStream.range(0, cpus).mapToObj(Integer::toString).toList();
    return new Topology(1, List.of(new NumaNode(0, 0, cores, allocatable.memory())), null);
  }

  private void renewLease() {
    if (mute) {
      return;
    }
    client
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(ApiServer.NAMESPACE)
                .withName("lpar-blade-" + blade)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity("scripted")
                .withLeaseDurationSeconds(leaseSeconds)
                .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC))
                .endSpec()
                .build())
        .fieldManager("lpar-agent")
        .forceConflicts()
        .serverSideApply();
  }

  @Override
  public void close() {
    informer.close();
    thread.shutdownNow();
  }
}
