package dev.lpar.operator.reconcile;

import dev.lpar.api.v1alpha1.ApiGroup;
import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.operator.apply.BladeObjects;
import io.fabric8.kubernetes.api.model.Node;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Keeps a Blade, with the Node's labels, for each Node that is labelled as one. */
@ControllerConfiguration(
    name = "node",
    generationAwareEventProcessing = false,
    informer =
        @Informer(
            labelSelector = ApiGroup.BLADE_LABEL,
            onUpdateFilter = NodeReconciler.LabelsChanged.class))
@GradualRetry(maxAttempts = Retries.ALWAYS, initialInterval = 500, maxInterval = Retries.LONGEST)
public class NodeReconciler implements Reconciler<Node> {
  private final BladeObjects blades;

  public NodeReconciler(BladeObjects blades) {
    this.blades = blades;
  }

  @Override
  public UpdateControl<Node> reconcile(Node node, Context<Node> context) {
    blades.mirror(node);
    return UpdateControl.noUpdate();
  }

  /** A Blade that is removed by hand comes back while its Node is there. */
  @Override
  public List<EventSource<?, Node>> prepareEventSources(EventSourceContext<Node> context) {
    var removedBlades =
        InformerEventSourceConfiguration.from(Blade.class, Node.class)
            .withSecondaryToPrimaryMapper(
                blade -> Set.of(new ResourceID(blade.getMetadata().getName())))
            .withOnAddFilter(_ -> false)
            .withOnUpdateFilter((_, _) -> false)
            .build();
    return List.of(new InformerEventSource<>(removedBlades, context));
  }

  /** A Node's heartbeats and image lists are none of our business. */
  public static class LabelsChanged implements OnUpdateFilter<Node> {
    @Override
    public boolean accept(Node now, Node before) {
      return !Objects.equals(now.getMetadata().getLabels(), before.getMetadata().getLabels());
    }
  }
}
