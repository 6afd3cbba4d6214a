package dev.lpar.operator.reconcile;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.operator.apply.DeviceObjects;
import dev.lpar.operator.apply.VirtualFunctionCounts;
import dev.lpar.operator.observe.Blades;
import dev.lpar.operator.observe.Devices;
import dev.lpar.operator.observe.Fleets;
import dev.lpar.operator.plan.DeviceDiscovery;
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
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps a PassthroughDevice for every device that a blade reports, and tells the blade how many
 * virtual functions they ask for.
 */
@ControllerConfiguration(
    name = "bladedevices",
    generationAwareEventProcessing = false,
    informer = @Informer(onUpdateFilter = BladeDevicesReconciler.DevicesChanged.class))
@GradualRetry(maxAttempts = Retries.ALWAYS, initialInterval = 500, maxInterval = Retries.LONGEST)
public class BladeDevicesReconciler implements Reconciler<Blade> {
  /** What an object's change changes is seen in the cache by then. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private static final String BY_BLADE = "blade";

  private final DeviceObjects objects;
  private final VirtualFunctionCounts counts;

  public BladeDevicesReconciler(DeviceObjects objects, VirtualFunctionCounts counts) {
    this.objects = objects;
    this.counts = counts;
  }

  @Override
  public UpdateControl<Blade> reconcile(Blade blade, Context<Blade> context) {
    if (Blades.silence(blade) == null) {
      var name = blade.getMetadata().getName();
      var devices = devices(name, context);
      var inventory =
          Fleets.inventory(
              name, Optional.of(blade), devices.stream().map(Devices::object).toList());
      var steps = DeviceDiscovery.plan(inventory, Blades.claims(blade).keySet());
      boolean done = objects.carryOut(steps, devices);
      done &= counts.settle(blade, devices);
      if (!done) {
        return UpdateControl.<Blade>noUpdate().rescheduleAfter(LOOK_AGAIN);
      }
    }
    return UpdateControl.noUpdate();
  }

  private static List<PassthroughDevice> devices(String blade, Context<Blade> context) {
    var source =
        (InformerEventSource<PassthroughDevice, Blade>)
            context.eventSourceRetriever().getEventSourceFor(PassthroughDevice.class);
    return source.byIndex(BY_BLADE, blade);
  }

  @Override
  public List<EventSource<?, Blade>> prepareEventSources(EventSourceContext<Blade> context) {
    var devices =
        InformerEventSourceConfiguration.from(PassthroughDevice.class, Blade.class)
            .withSecondaryToPrimaryMapper(
                device -> Set.of(new ResourceID(device.getSpec().blade())))
            .withOnUpdateFilter(new DeclarationChanged())
            .build();
    var source = new InformerEventSource<>(devices, context);
    source.addIndexer(BY_BLADE, device -> List.of(device.getSpec().blade()));
    return List.of(source);
  }

  /** What partitions do, and what they use, is none of this reconciler's business. */
  public static class DevicesChanged implements OnUpdateFilter<Blade> {
    @Override
    public boolean accept(Blade now, Blade before) {
      return !Objects.equals(Fleets.reported(now), Fleets.reported(before))
          || !Objects.equals(Blades.silence(now), Blades.silence(before))
          || !Blades.virtualFunctions(now).equals(Blades.virtualFunctions(before))
          || !Blades.claims(now).equals(Blades.claims(before));
    }
  }
}
