package dev.lpar.operator.reconcile;

import dev.lpar.api.v1alpha1.ApiGroup;
import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.operator.apply.BladeObjects;
import dev.lpar.operator.apply.FieldManagers;
import dev.lpar.operator.observe.AgentLeases;
import dev.lpar.operator.observe.Blades;
import dev.lpar.operator.plan.BladeWatch;
import dev.lpar.operator.plan.BladeWatch.Step;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Notices a blade whose agent is silent, and removes the Blade of a Node that is gone. */
@ControllerConfiguration(name = "blade", fieldManager = FieldManagers.OPERATOR)
@GradualRetry(maxAttempts = Retries.ALWAYS, initialInterval = 500, maxInterval = Retries.LONGEST)
public class BladeReconciler implements Reconciler<Blade> {
  private static final Duration RETIRE_AGAIN = Duration.ofSeconds(1);

  private final AgentLeases leases;
  private final BladeObjects blades;
  private final InstantSource clock;

  public BladeReconciler(AgentLeases leases, BladeObjects blades, InstantSource clock) {
    this.leases = leases;
    this.blades = blades;
    this.clock = clock;
  }

  @Override
  public UpdateControl<Blade> reconcile(Blade blade, Context<Blade> context) {
    var now = clock.instant();
    var name = blade.getMetadata().getName();
    var sign = leases.lastSign(name, context.getSecondaryResource(Lease.class), now);
    var watch =
        new BladeWatch(
            name,
            context.getSecondaryResource(Node.class).isPresent(),
            Blades.vacant(blade),
            Blades.silence(blade) != null,
            sign.at(),
            sign.patience());
    switch (watch.next(now)) {
      case Step.Retire() -> {
        if (!blades.retire(blade)) {
          return UpdateControl.<Blade>noUpdate().rescheduleAfter(RETIRE_AGAIN);
        }
      }
      case Step.DeclareSilent(var message) -> {
        if (leases.unchanged(name, sign)) {
          blades.declareSilent(blade, message, now);
        }
      }
      case Step.LookAgain(var after) -> {
        return UpdateControl.<Blade>noUpdate().rescheduleAfter(after);
      }
      case Step.Rest() -> {}
    }
    return UpdateControl.noUpdate();
  }

  @Override
  public List<EventSource<?, Blade>> prepareEventSources(EventSourceContext<Blade> context) {
    var nodes =
        InformerEventSourceConfiguration.from(Node.class, Blade.class)
            .withLabelSelector(ApiGroup.BLADE_LABEL)
            .withSecondaryToPrimaryMapper(
                node -> Set.of(new ResourceID(node.getMetadata().getName())))
            .withOnUpdateFilter((_, _) -> false)
            .build();
    var agents =
        InformerEventSourceConfiguration.from(Lease.class, Blade.class)
            .withNamespaces(Set.of(leases.namespace()))
            .withGenericFilter(AgentLeases::isAgents)
            .withSecondaryToPrimaryMapper(
                lease -> Set.of(new ResourceID(AgentLeases.bladeOf(lease))))
            .build();
    return List.of(
        new InformerEventSource<>(nodes, context), new InformerEventSource<>(agents, context));
  }
}
