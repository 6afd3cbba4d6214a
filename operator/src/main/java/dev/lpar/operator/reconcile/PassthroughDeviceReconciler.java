package dev.lpar.operator.reconcile;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeStatus;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.operator.apply.DeviceStatuses;
import dev.lpar.operator.apply.FieldManagers;
import dev.lpar.operator.observe.Blades;
import dev.lpar.operator.observe.Conditions;
import dev.lpar.operator.plan.DeviceMatcher;
import dev.lpar.operator.plan.DeviceMatcher.Search;
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
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Shows where each declared device sits today. */
@ControllerConfiguration(name = "passthroughdevice", fieldManager = FieldManagers.OPERATOR)
@GradualRetry(maxAttempts = Retries.ALWAYS, initialInterval = 500, maxInterval = Retries.LONGEST)
public class PassthroughDeviceReconciler implements Reconciler<PassthroughDevice> {
  private static final String BY_BLADE = "blade";

  private final DeviceStatuses statuses;
  private final InstantSource clock;

  public PassthroughDeviceReconciler(DeviceStatuses statuses, InstantSource clock) {
    this.statuses = statuses;
    this.clock = clock;
  }

  @Override
  public UpdateControl<PassthroughDevice> reconcile(
      PassthroughDevice device, Context<PassthroughDevice> context) {
    var search = search(device, context.getSecondaryResource(Blade.class));
    statuses.write(device, DeviceMatcher.match(search, clock.instant()), context);
    return UpdateControl.noUpdate();
  }

  private static Search search(PassthroughDevice device, Optional<Blade> blade) {
    var status = device.getStatus();
    return new Search(
        device.getSpec().blade(),
        device.getSpec().identity(),
        device.getMetadata().getGeneration(),
        blade
            .flatMap(Blades::status)
            .filter(reported -> reported.observedGeneration() != null)
            .map(BladeStatus::devices)
            .orElse(null),
        blade.map(Blades::silence).orElse(null),
        Conditions.read(status == null ? null : status.conditions()));
  }

  @Override
  public List<EventSource<?, PassthroughDevice>> prepareEventSources(
      EventSourceContext<PassthroughDevice> context) {
    var devices = context.getPrimaryCache();
    devices.addIndexer(BY_BLADE, device -> List.of(device.getSpec().blade()));
    var blades =
        InformerEventSourceConfiguration.from(Blade.class, PassthroughDevice.class)
            .withSecondaryToPrimaryMapper(
                blade ->
                    devices.byIndex(BY_BLADE, blade.getMetadata().getName()).stream()
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toUnmodifiableSet()))
            .withPrimaryToSecondaryMapper(
                (PassthroughDevice device) -> Set.of(new ResourceID(device.getSpec().blade())))
            .build();
    return List.of(new InformerEventSource<>(blades, context));
  }
}
