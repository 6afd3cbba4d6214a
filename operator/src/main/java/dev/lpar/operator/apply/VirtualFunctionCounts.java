package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpecBuilder;
import dev.lpar.api.v1alpha1.FunctionCount;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.model.VirtualFunctionCount;
import dev.lpar.operator.observe.Blades;
import dev.lpar.operator.observe.Devices;
import dev.lpar.operator.observe.Fleets;
import dev.lpar.operator.plan.VirtualFunctionPlanner;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Tells blades how many virtual functions to make: the only writer of {@code
 * Blade.spec.virtualFunctions}. Like a place, a number is decided on what the API server's quorum
 * has, and written with the resourceVersion that was read: so no claim comes in between.
 */
@Singleton
public class VirtualFunctionCounts {
  private static final Logger LOG = Logger.getLogger(VirtualFunctionCounts.class);

  private final KubernetesClient client;

  public VirtualFunctionCounts(KubernetesClient client) {
    this.client = client;
  }

  /**
   * @param cached what the caches have: where that is right, nothing is asked or written
   * @param devices those of the blade
   * @return false if the blade has changed meanwhile, so that it must be looked at again
   */
  public boolean settle(Blade cached, List<PassthroughDevice> devices) {
    if (plan(cached, devices).equals(Blades.virtualFunctions(cached))) {
      return true;
    }
    var name = cached.getMetadata().getName();
    var blade = client.resources(Blade.class).withName(name).get();
    if (blade == null) {
      return true;
    }
    var counts =
        plan(
            blade,
            client.resources(PassthroughDevice.class).list().getItems().stream()
                .filter(device -> device.getSpec().blade().equals(name))
                .toList());
    return counts.equals(Blades.virtualFunctions(blade)) || write(blade, counts);
  }

  private static List<VirtualFunctionCount> plan(Blade blade, List<PassthroughDevice> devices) {
    var inventory =
        Fleets.inventory(
            blade.getMetadata().getName(),
            Optional.of(blade),
            devices.stream().map(Devices::object).toList());
    return VirtualFunctionPlanner.plan(inventory, Blades.intents(blade));
  }

  private boolean write(Blade read, List<VirtualFunctionCount> counts) {
    boolean done =
        BladeSpecs.write(
            client,
            read,
            BladeSpecBuilder.builder()
                .virtualFunctions(counts.stream().map(FunctionCount::of).toList())
                .build(),
            FieldManagers.FUNCTIONS);
    if (done) {
      LOG.infof(
          "%s is to have virtual functions: %s",
          read.getMetadata().getName(),
          counts.stream()
              .map(count -> count.count() + " of " + count.passthroughDevice())
              .collect(Collectors.joining(", ")));
    }
    return done;
  }
}
