package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpecBuilder;
import dev.lpar.api.v1alpha1.Partition;
import dev.lpar.api.v1alpha1.PartitionIntents;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.model.PartitionIntent;
import dev.lpar.operator.observe.Blades;
import dev.lpar.operator.observe.Fleets;
import dev.lpar.operator.plan.BladeView;
import dev.lpar.operator.plan.Fleet;
import dev.lpar.operator.plan.PlacementPlan;
import dev.lpar.operator.plan.PlacementPlan.Assign;
import dev.lpar.operator.plan.PlacementPlan.Standing;
import dev.lpar.operator.plan.PlacementPlan.Withdraw;
import dev.lpar.operator.plan.PlacementPlan.Write;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives and takes places: the only writer of {@code Blade.spec.partitions}. A place is decided on a
 * list read from the API server's quorum, never on a cache, and written with the resourceVersion
 * that was read: of two that saw the same last place, one is told to read again.
 */
@Singleton
public class Places {
  private static final Logger LOG = Logger.getLogger(Places.class);
  private static final int ATTEMPTS = 10;

  private final KubernetesClient client;

  public Places(KubernetesClient client) {
    this.client = client;
  }

  /** How a partition stands, and the blade that this speaks of. */
  public record Outcome(Standing standing, @Nullable BladeView blade) {
    static Outcome of(Standing standing, Fleet fleet) {
      var name =
          switch (standing) {
            case PlacementPlan.Settled settled -> settled.blade();
            case PlacementPlan.Leaving(var blade) -> blade;
            case PlacementPlan.BladeLost _, PlacementPlan.NoPlace _, PlacementPlan.Gone() -> "";
          };
      return new Outcome(
          standing,
          fleet.blades().stream()
              .filter(blade -> blade.name().equals(name))
              .findFirst()
              .orElse(null));
    }
  }

  /**
   * Plans on the cache, and where the plan would write, or would forget a blade, plans and writes
   * on what the API server has.
   *
   * @param cached what the caches have
   * @param placed whether the partition was known to have a place
   */
  public Outcome settle(Function<Fleet, PlacementPlan> planner, Fleet cached, boolean placed) {
    return switch (planner.apply(cached)) {
      case PlacementPlan.Settled settled -> Outcome.of(settled, cached);
      case PlacementPlan.Leaving leaving -> Outcome.of(leaving, cached);
      case PlacementPlan.NoPlace noPlace when !placed -> Outcome.of(noPlace, cached);
      case PlacementPlan.NoPlace _,
          PlacementPlan.BladeLost _,
          PlacementPlan.Gone(),
          Assign _,
          Withdraw _ ->
          settleLive(planner);
    };
  }

  private Outcome settleLive(Function<Fleet, PlacementPlan> planner) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var blades = client.resources(Blade.class).list().getItems();
      var devices = client.resources(PassthroughDevice.class).list().getItems();
      var fleet = Fleets.of(blades, devices);
      switch (planner.apply(fleet)) {
        case Standing standing -> {
          return Outcome.of(standing, fleet);
        }
        case Write write -> write(named(write.blade(), blades), write);
      }
    }
    throw new IllegalStateException(
        "spec.partitions of the blades changed between read and write %d times in a row"
            .formatted(ATTEMPTS));
  }

  /** Writes unless the blade has changed since it was read; then the caller reads again. */
  private void write(Blade blade, Write write) {
    var part = BladeSpecBuilder.builder().partitions(partitions(blade, write)).build();
    if (BladeSpecs.write(client, blade, part, FieldManagers.OPERATOR)) {
      switch (write) {
        case Assign(var name, var intent) ->
            LOG.infof("%s gets %s, generation %d", name, intent.displayName(), intent.generation());
        case Withdraw(var name, var id) -> LOG.infof("%s loses %s", name, id);
      }
    }
  }

  private static List<Partition> partitions(Blade blade, Write write) {
    var partitions = new ArrayList<>(Blades.partitions(blade));
    switch (write) {
      case Withdraw(var _, var id) ->
          partitions.removeIf(partition -> partition.id().equals(id.text()));
      case Assign(var _, var intent) -> {
        var partition = PartitionIntents.toPartition(intent);
        boolean stays = partitions.stream().anyMatch(was -> asksForTheSameCores(was, intent));
        if (stays) {
          partitions.replaceAll(was -> was.id().equals(partition.id()) ? partition : was);
        } else {
          partitions.removeIf(was -> was.id().equals(partition.id()));
          partitions.add(partition);
        }
      }
    }
    return partitions;
  }

  /** Cores are given out in the order of the list: who asks for others stands at the end anew. */
  private static boolean asksForTheSameCores(Partition partition, PartitionIntent wanted) {
    var was = PartitionIntents.of(partition);
    return was.id().equals(wanted.id())
        && was.cpu().equals(wanted.cpu())
        && was.devices().equals(wanted.devices());
  }

  private static Blade named(String name, List<Blade> blades) {
    return blades.stream()
        .filter(blade -> blade.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("planned on a blade not listed: " + name));
  }
}
