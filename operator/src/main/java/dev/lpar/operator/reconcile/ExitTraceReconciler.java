package dev.lpar.operator.reconcile;

import dev.lpar.api.v1alpha1.ApiGroup;
import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.ExitTrace;
import dev.lpar.operator.apply.FieldManagers;
import dev.lpar.operator.apply.TraceOrders;
import dev.lpar.operator.apply.TraceStatuses;
import dev.lpar.operator.observe.Blades;
import dev.lpar.operator.observe.ExitTraces;
import dev.lpar.operator.plan.TraceFacts;
import dev.lpar.operator.plan.TraceProjector;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells the blade of a trace's partition to take it, and reports what the blade says of it. */
@ControllerConfiguration(
    name = "exittrace",
    finalizerName = ApiGroup.TRACE_FINALIZER,
    fieldManager = FieldManagers.OPERATOR)
@GradualRetry(maxAttempts = Retries.ALWAYS, initialInterval = 500, maxInterval = Retries.LONGEST)
public class ExitTraceReconciler implements Reconciler<ExitTrace>, Cleaner<ExitTrace> {
  /** What has been written is seen in the cache by then. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  /** Between looks whether a blade that was told of too many traces has room for another. */
  private static final Duration FULL_AGAIN = Duration.ofSeconds(10);

  /** Index of traces by what they trace, and of blades by the partitions they have. */
  private static final String BY_LPAR = "lpar";

  /** Index of blades by the traces they have been told of. */
  private static final String BY_TRACE = "trace";

  private final TraceOrders orders;
  private final TraceStatuses statuses;
  private final InstantSource clock;

  public ExitTraceReconciler(TraceOrders orders, TraceStatuses statuses, InstantSource clock) {
    this.orders = orders;
    this.statuses = statuses;
    this.clock = clock;
  }

  @Override
  public UpdateControl<ExitTrace> reconcile(ExitTrace trace, Context<ExitTrace> context) {
    var told = told(trace, context);
    var home = told.isPresent() || ended(trace) ? Optional.<Blade>empty() : home(trace, context);
    if (home.isPresent()) {
      var blade = home.get().getMetadata().getName();
      if (orders.tell(blade, trace) == TraceOrders.Told.FULL) {
        report(trace, ExitTraces.full(trace, blade, TraceOrders.MOST), context);
        return UpdateControl.<ExitTrace>noUpdate().rescheduleAfter(FULL_AGAIN);
      }
      return UpdateControl.<ExitTrace>noUpdate().rescheduleAfter(LOOK_AGAIN);
    }
    report(trace, ExitTraces.facts(trace, told.orElse(null)), context);
    return UpdateControl.noUpdate();
  }

  @Override
  public DeleteControl cleanup(ExitTrace trace, Context<ExitTrace> context) {
    return orders.withdraw(trace)
        ? DeleteControl.defaultDelete()
        : DeleteControl.noFinalizerRemoval().rescheduleAfter(LOOK_AGAIN);
  }

  private void report(ExitTrace trace, TraceFacts facts, Context<ExitTrace> context) {
    statuses.write(trace, TraceProjector.project(facts, clock.instant()), context);
  }

  private static boolean ended(ExitTrace trace) {
    var status = trace.getStatus();
    return status != null && status.result() != null && status.result().endedAt() != null;
  }

  private static Optional<Blade> told(ExitTrace trace, Context<ExitTrace> context) {
    return blades(context).byIndex(BY_TRACE, trace.getMetadata().getUid()).stream().findFirst();
  }

  private static Optional<Blade> home(ExitTrace trace, Context<ExitTrace> context) {
    return blades(context).byIndex(BY_LPAR, lpar(trace)).stream().findFirst();
  }

  private static InformerEventSource<Blade, ExitTrace> blades(Context<ExitTrace> context) {
    return (InformerEventSource<Blade, ExitTrace>)
        context.eventSourceRetriever().getEventSourceFor(Blade.class);
  }

  private static String lpar(ExitTrace trace) {
    return key(trace.getMetadata().getNamespace(), trace.getSpec().lpar());
  }

  private static String key(String namespace, String lpar) {
    return namespace + "/" + lpar;
  }

  private static List<String> lpars(Blade blade) {
    return Blades.partitions(blade).stream()
        .map(partition -> key(partition.namespace(), partition.name()))
        .toList();
  }

  @Override
  public List<EventSource<?, ExitTrace>> prepareEventSources(
      EventSourceContext<ExitTrace> context) {
    var traces = context.getPrimaryCache();
    traces.addIndexer(BY_LPAR, trace -> List.of(lpar(trace)));
    var configuration =
        InformerEventSourceConfiguration.from(Blade.class, ExitTrace.class)
            .withSecondaryToPrimaryMapper(blade -> concerned(blade, traces))
            .withOnUpdateFilter(new TracesChanged())
            .build();
    var blades = new InformerEventSource<>(configuration, context);
    blades.addIndexer(BY_LPAR, ExitTraceReconciler::lpars);
    blades.addIndexer(
        BY_TRACE, blade -> ExitTraces.told(blade).stream().map(told -> told.id()).toList());
    return List.of(blades);
  }

  private static Set<ResourceID> concerned(Blade blade, IndexerResourceCache<ExitTrace> traces) {
    var told =
        ExitTraces.told(blade).stream()
            .map(trace -> new ResourceID(trace.name(), trace.namespace()));
    var waiting =
        lpars(blade).stream()
            .flatMap(lpar -> traces.byIndex(BY_LPAR, lpar).stream())
            .map(ResourceID::fromResource);
    return Stream.concat(told, waiting).collect(Collectors.toUnmodifiableSet());
  }

  /** What partitions do, and what they use, is none of this reconciler's business. */
  public static class TracesChanged implements OnUpdateFilter<Blade> {
    @Override
    public boolean accept(Blade now, Blade before) {
      return !ExitTraces.told(now).equals(ExitTraces.told(before))
          || !ExitTraces.reports(now).equals(ExitTraces.reports(before))
          || !Objects.equals(Blades.silence(now), Blades.silence(before))
          || !lpars(now).equals(lpars(before));
    }
  }
}
