package dev.lpar.operator.reconcile;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.operator.apply.DeviceStatuses;
import dev.lpar.operator.apply.FieldManagers;
import dev.lpar.operator.observe.Blades;
import dev.lpar.operator.observe.Devices;
import dev.lpar.operator.observe.Fleets;
import dev.lpar.operator.plan.DeviceObject;
import dev.lpar.operator.plan.DeviceProjector;
import dev.lpar.operator.plan.DeviceProjector.Facts;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Shows where each device sits today, and who may have it and has it. */
@ControllerConfiguration(name = "passthroughdevice", fieldManager = FieldManagers.OPERATOR)
@GradualRetry(maxAttempts = Retries.ALWAYS, initialInterval = 500, maxInterval = Retries.LONGEST)
public class PassthroughDeviceReconciler implements Reconciler<PassthroughDevice> {
  private static final String BY_BLADE = "blade";

  /** The event source of the other objects: two may mean one device, and only one can be it. */
  private static final String SIBLINGS = "siblings";

  private final DeviceStatuses statuses;
  private final InstantSource clock;

  public PassthroughDeviceReconciler(DeviceStatuses statuses, InstantSource clock) {
    this.statuses = statuses;
    this.clock = clock;
  }

  @Override
  public UpdateControl<PassthroughDevice> reconcile(
      PassthroughDevice device, Context<PassthroughDevice> context) {
    var blade = context.getSecondaryResource(Blade.class);
    var claim = blade.map(b -> Blades.claims(b).get(device.getMetadata().getName())).orElse(null);
    var facts = facts(device, blade, siblings(device, context));
    statuses.write(device, DeviceProjector.project(facts, clock.instant()), claim, context);
    return UpdateControl.noUpdate();
  }

  private static Facts facts(
      PassthroughDevice device, Optional<Blade> blade, List<DeviceObject> siblings) {
    return new Facts(
        Devices.object(device),
        device.getMetadata().getGeneration(),
        Fleets.inventory(device.getSpec().blade(), blade, siblings),
        blade.map(Blades::intents).orElse(List.of()),
        blade.map(Blades::silence).orElse(null),
        Devices.conditions(device));
  }

  /** Those of the same blade, itself among them. */
  private static List<DeviceObject> siblings(
      PassthroughDevice device, Context<PassthroughDevice> context) {
    var source =
        (InformerEventSource<PassthroughDevice, PassthroughDevice>)
            context.eventSourceRetriever().getEventSourceFor(PassthroughDevice.class, SIBLINGS);
    return source.byIndex(BY_BLADE, device.getSpec().blade()).stream()
        .map(Devices::object)
        .toList();
  }

  @Override
  public List<EventSource<?, PassthroughDevice>> prepareEventSources(
      EventSourceContext<PassthroughDevice> context) {
    var devices = context.getPrimaryCache();
    devices.addIndexer(BY_BLADE, device -> List.of(device.getSpec().blade()));
    var blades =
        InformerEventSourceConfiguration.from(Blade.class, PassthroughDevice.class)
            .withSecondaryToPrimaryMapper(blade -> ofBlade(blade.getMetadata().getName(), devices))
            .withPrimaryToSecondaryMapper(
                (PassthroughDevice device) -> Set.of(new ResourceID(device.getSpec().blade())))
            .build();
    var siblings =
        InformerEventSourceConfiguration.from(PassthroughDevice.class, PassthroughDevice.class)
            .withName(SIBLINGS)
            .withSecondaryToPrimaryMapper(device -> ofBlade(device.getSpec().blade(), devices))
            .withOnUpdateFilter(new DeclarationChanged())
            .build();
    var others = new InformerEventSource<>(siblings, context);
    others.addIndexer(BY_BLADE, device -> List.of(device.getSpec().blade()));
    return List.of(new InformerEventSource<>(blades, context), others);
  }

  private static Set<ResourceID> ofBlade(
      String blade, IndexerResourceCache<PassthroughDevice> devices) {
    return devices.byIndex(BY_BLADE, blade).stream()
        .map(ResourceID::fromResource)
        .collect(Collectors.toUnmodifiableSet());
  }
}
