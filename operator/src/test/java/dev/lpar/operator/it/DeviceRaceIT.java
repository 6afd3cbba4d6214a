package dev.lpar.operator.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpecBuilder;
import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.PartitionIntents;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.operator.apply.Places;
import dev.lpar.operator.observe.Fleets;
import dev.lpar.operator.observe.Lpars;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.PlacementPlan.Standing;
import dev.lpar.operator.plan.PlacementPlanner;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two Lpars, one device, many times: exactly one gets it. */
class DeviceRaceIT {
  private static final int ROUNDS = 50;
  private static final String BLADE = "devrace-1";
  private static final String DEVICE = "devrace-1-disk";
  private static final String NEED =
      "placement: { blade: %s }\ndevices: [ { name: disk, passthroughDevice: %s } ]\n"
          .formatted(BLADE, DEVICE);

  private static OperatorProcess operator;
  private static ScriptedAgent agent;

  @BeforeAll
  static void start() {
    operator = OperatorProcess.start("device-race");
    Cluster.addNode(BLADE, Map.of());
    agent = new ScriptedAgent(BLADE, ScriptedAgent.resources(4, "8Gi", Map.of()));
    agent.follow(Devices::attach);
    agent.have(List.of(Devices.rootPort(), Devices.nvme(3, "S3")));
    Cluster.awaitReady(BLADE);
    Devices.declare(
        DEVICE, "", "blade: %s, assignable: true, identity: { serialNumber: S3 }".formatted(BLADE));
    Devices.awaitReason(DEVICE, "Ready", "Offered");
  }

  @AfterAll
  static void stop() {
    Devices.namesOn(BLADE).forEach(Devices::remove);
    Cluster.retire(BLADE);
    agent.close();
    operator.close();
  }

  @Test
  void theOperatorGivesADeviceToOneOfTwo() {
    for (int round = 0; round < ROUNDS; round++) {
      var names = List.of("device-a-" + round, "device-b-" + round);
      names.parallelStream().forEach(name -> Cluster.create(name, Cluster.shared(5, "1Gi") + NEED));
      names.forEach(
          name ->
              Cluster.awaitLpar(
                  "Placed",
                  name,
                  lpar -> !Cluster.condition(lpar, "Placed").getReason().isEmpty()));
      var placed =
          names.stream()
              .filter(
                  name ->
                      Cluster.condition(Cluster.lpar(name), "Placed").getStatus().equals("True"))
              .toList();
      assertEquals(1, placed.size(), "placed in round " + round);
      // The waiting one goes first, so that it doesn't get the device.
      Stream.concat(names.stream().filter(name -> !placed.contains(name)), placed.stream())
          .forEach(
              name -> {
                Cluster.delete(name);
                Cluster.awaitGone(name);
              });
    }
  }

  /** The same without the reconcilers' queue in between: two writers at the same instant. */
  @Test
  void ofTwoWritersAtTheSameInstantOneReadsAgain() throws Exception {
    var rivals = List.of(rival("rival-c", 3), rival("rival-d", 4));
    var places = new Places(Cluster.client());
    try (var threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < ROUNDS; round++) {
        var barrier = new CyclicBarrier(2);
        var standings =
            threads
                .invokeAll(
                    rivals.stream()
                        .<Callable<Standing>>map(
                            lpar ->
                                () -> {
                                  barrier.await();
                                  return settle(places, lpar);
                                })
                        .toList())
                .stream()
                .map(Future::resultNow)
                .toList();
        var winners = standings.stream().filter(Settled.class::isInstance).toList();
        assertEquals(1, winners.size(), "placed in round " + round + ": " + standings);
        var id = ((Settled) winners.getFirst()).assigned().id();
        assertTrue(
            standings.stream()
                .anyMatch(
                    standing ->
                        standing instanceof NoPlace(var _, var message)
                            && message.contains("disk (%s): claimed by".formatted(DEVICE))),
            standings.toString());
        places.settle(
            fleet -> PlacementPlanner.release(id, BLADE, fleet),
            Fleets.of(List.of(), List.of()),
            true);
      }
    }
  }

  /** The wall behind it: whoever writes, the API server takes no second claim. */
  @Test
  void theApiServerRefusesASecondClaimInABlade() {
    var claim =
        new DeviceIntent("disk", DEVICE, Devices.find(DEVICE).getSpec().identity().toModel());
    var both =
        Stream.of(rival("rival-e", 5), rival("rival-f", 6))
            .map(lpar -> PartitionIntents.of(lpar).withDevices(List.of(claim)))
            .map(PartitionIntents::toPartition)
            .toList();
    var blade = new Blade();
    blade.setMetadata(new ObjectMetaBuilder().withName(BLADE).build());
    blade.setSpec(BladeSpecBuilder.builder().partitions(both).build());
    var refused =
        assertThrows(
            KubernetesClientException.class,
            () ->
                Cluster.client()
                    .resource(blade)
                    .patch(
                        new PatchContext.Builder()
                            .withPatchType(PatchType.SERVER_SIDE_APPLY)
                            .withFieldManager("somebody-else")
                            .withForce(true)
                            .build()));
    assertTrue(
        refused.getMessage().contains("a passthroughDevice belongs to one partition"),
        refused.getMessage());
  }

  private static Standing settle(Places places, Lpar lpar) {
    var wish = Lpars.wish(lpar);
    return places
        .settle(fleet -> PlacementPlanner.plan(wish, fleet), Fleets.of(cached(), devices()), false)
        .standing();
  }

  /** A cache that is behind: by it the device is free. */
  private static List<Blade> cached() {
    var blade = Cluster.blade(BLADE);
    blade.setSpec(null);
    return List.of(blade);
  }

  private static List<PassthroughDevice> devices() {
    return Cluster.client().resources(PassthroughDevice.class).list().getItems();
  }

  private static Lpar rival(String name, int number) {
    var lpar = Cluster.manifest(name, Cluster.shared(5, "1Gi") + NEED);
    lpar.getMetadata().setUid("00000000-0000-4000-8000-00000000000" + number);
    lpar.getMetadata().setGeneration(1L);
    return lpar;
  }
}
