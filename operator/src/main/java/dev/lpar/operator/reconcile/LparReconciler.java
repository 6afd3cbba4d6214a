package dev.lpar.operator.reconcile;

import dev.lpar.api.v1alpha1.ApiGroup;
import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.operator.apply.FieldManagers;
import dev.lpar.operator.apply.LparStatuses;
import dev.lpar.operator.apply.Places;
import dev.lpar.operator.observe.Fleets;
import dev.lpar.operator.observe.Lpars;
import dev.lpar.operator.plan.Fleet;
import dev.lpar.operator.plan.LparFacts;
import dev.lpar.operator.plan.PlacementPlan.Gone;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.PlacementPlanner;
import dev.lpar.operator.plan.StatusProjector;
import dev.lpar.operator.plan.Wish;
import io.fabric8.kubernetes.api.model.HasMetadata;
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
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds each Lpar a place, and reports in its status what its blade reports. */
@ControllerConfiguration(
    name = "lpar",
    finalizerName = ApiGroup.PARTITION_FINALIZER,
    fieldManager = FieldManagers.OPERATOR)
@GradualRetry(maxAttempts = Retries.ALWAYS, initialInterval = 500, maxInterval = Retries.LONGEST)
public class LparReconciler implements Reconciler<Lpar>, Cleaner<Lpar> {
  private static final String BY_BLADE = "blade";

  /** Index key of those that any blade's change concerns; no blade's name has such a form. */
  private static final String ANY_BLADE = "*";

  private final Places places;
  private final LparStatuses statuses;
  private final InstantSource clock;

  public LparReconciler(Places places, LparStatuses statuses, InstantSource clock) {
    this.places = places;
    this.statuses = statuses;
    this.clock = clock;
  }

  @Override
  public UpdateControl<Lpar> reconcile(Lpar lpar, Context<Lpar> context) {
    var wish = Lpars.wish(lpar);
    var outcome =
        places.settle(
            fleet -> PlacementPlanner.plan(wish, fleet), fleet(context), wish.lastBlade() != null);
    report(lpar, wish, outcome, context);
    return UpdateControl.noUpdate();
  }

  @Override
  public DeleteControl cleanup(Lpar lpar, Context<Lpar> context) {
    var wish = Lpars.wish(lpar);
    var outcome =
        places.settle(
            fleet -> PlacementPlanner.release(wish.intent().id(), wish.lastBlade(), fleet),
            fleet(context),
            wish.lastBlade() != null);
    if (outcome.standing() instanceof Gone) {
      return DeleteControl.defaultDelete();
    }
    report(lpar, wish, outcome, context);
    var wait = DeleteControl.noFinalizerRemoval();
    if (outcome.standing() instanceof Settled) {
      // Now that the status names the blade, the partition can be taken off it.
      wait.rescheduleAfter(Duration.ofMillis(1));
    }
    return wait;
  }

  private void report(Lpar lpar, Wish wish, Places.Outcome outcome, Context<Lpar> context) {
    var facts =
        new LparFacts(
            wish,
            lpar.isMarkedForDeletion(),
            outcome.standing(),
            outcome.blade(),
            Lpars.conditions(lpar));
    statuses.write(lpar, StatusProjector.project(facts, clock.instant()), context);
  }

  private static Fleet fleet(Context<Lpar> context) {
    return Fleets.of(all(Blade.class, context), all(PassthroughDevice.class, context));
  }

  private static <T extends HasMetadata> List<T> all(Class<T> kind, Context<Lpar> context) {
    var source =
        (InformerEventSource<T, Lpar>) context.eventSourceRetriever().getEventSourceFor(kind);
    return source.list(_ -> true).toList();
  }

  @Override
  public List<EventSource<?, Lpar>> prepareEventSources(EventSourceContext<Lpar> context) {
    var lpars = context.getPrimaryCache();
    lpars.addIndexer(BY_BLADE, LparReconciler::concernedBy);
    var blades =
        InformerEventSourceConfiguration.from(Blade.class, Lpar.class)
            .withSecondaryToPrimaryMapper(
                blade -> concerned(blade.getMetadata().getName(), lpars, _ -> true))
            .build();
    var devices =
        InformerEventSourceConfiguration.from(PassthroughDevice.class, Lpar.class)
            .withSecondaryToPrimaryMapper(
                device -> concerned(device.getSpec().blade(), lpars, Lpars::hasDevices))
            .withOnUpdateFilter(new DeclarationChanged())
            .build();
    return List.of(
        new InformerEventSource<>(blades, context), new InformerEventSource<>(devices, context));
  }

  /** Which blades' changes concern an Lpar: its own; any, while it waits for room. */
  private static List<String> concernedBy(Lpar lpar) {
    var own = Stream.ofNullable(Lpars.lastBlade(lpar));
    return Lpars.waitsForRoom(lpar)
        ? Stream.concat(own, Stream.of(ANY_BLADE)).toList()
        : own.toList();
  }

  private static Set<ResourceID> concerned(
      String blade, IndexerResourceCache<Lpar> lpars, Predicate<Lpar> also) {
    return Stream.of(blade, ANY_BLADE)
        .flatMap(key -> lpars.byIndex(BY_BLADE, key).stream())
        .filter(also)
        .map(ResourceID::fromResource)
        .collect(Collectors.toUnmodifiableSet());
  }
}
