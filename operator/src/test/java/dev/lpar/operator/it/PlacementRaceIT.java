package dev.lpar.operator.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.operator.apply.Places;
import dev.lpar.operator.observe.Blades;
import dev.lpar.operator.observe.Fleets;
import dev.lpar.operator.observe.Lpars;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.PlacementPlan.Standing;
import dev.lpar.operator.plan.PlacementPlanner;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two Lpars, one place, many times: exactly one gets it. */
class PlacementRaceIT {
  private static final int ROUNDS = 50;

  private static OperatorProcess operator;
  private static ScriptedAgent agent;

  @BeforeAll
  static void start() {
    operator = OperatorProcess.start("race");
    Cluster.addNode("race-1", Map.of());
    agent = new ScriptedAgent("race-1", ScriptedAgent.resources(4, "1Gi", Map.of()));
    Cluster.awaitReady("race-1");
  }

  @AfterAll
  static void stop() {
    Cluster.retire("race-1");
    agent.close();
    operator.close();
  }

  @Test
  void theOperatorGivesTheLastPlaceToOneOfTwo() {
    var most = new AtomicInteger();
    try (var _ =
        Cluster.client().resources(Blade.class).withName("race-1").inform(recording(most))) {
      for (int round = 0; round < ROUNDS; round++) {
        var names = List.of("race-a-" + round, "race-b-" + round);
        names.parallelStream().forEach(name -> Cluster.create(name, Cluster.shared(10, "1Gi")));
        names.forEach(
            name ->
                Cluster.awaitLpar(
                    "Placed",
                    name,
                    lpar -> !Cluster.condition(lpar, "Placed").getReason().isEmpty()));
        var placed =
            names.stream()
                .map(Cluster::lpar)
                .filter(lpar -> Cluster.condition(lpar, "Placed").getStatus().equals("True"))
                .toList();
        assertEquals(1, placed.size(), "placed in round " + round);
        assertEquals(
            List.of(placed.getFirst().getMetadata().getUid()),
            Blades.partitions(Cluster.blade("race-1")).stream().map(p -> p.id()).toList());
        // The waiting one goes first, so that it doesn't get the place.
        Stream.concat(
                names.stream().filter(n -> !n.equals(placed.getFirst().getMetadata().getName())),
                Stream.of(placed.getFirst().getMetadata().getName()))
            .forEach(
                name -> {
                  Cluster.delete(name);
                  Cluster.awaitGone(name);
                });
      }
    }
    assertEquals(1, most.get(), "most partitions that the blade was ever told to run");
  }

  static Stream<Arguments> lastPlaces() {
    return Stream.of(
        arguments("memory", Cluster.shared(10, "1Gi")),
        arguments(
            "cores to dedicate",
            Cluster.direct("{ vcpus: 2, mode: Dedicated }", "{ size: 256Mi, pageSize: 4Ki }")));
  }

  /** The same without the reconcilers' queue in between: two writers at the same instant. */
  @ParameterizedTest(name = "the last {0}")
  @MethodSource("lastPlaces")
  void ofTwoWritersAtTheSameInstantOneReadsAgain(String what, String spec) throws Exception {
    var rivals = List.of(manifest("rival-a", 1, spec), manifest("rival-b", 2, spec));
    var places = new Places(Cluster.client());
    try (var threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < ROUNDS; round++) {
        var barrier = new CyclicBarrier(2);
        var standings =
            threads
                .invokeAll(
                    rivals.stream()
                        .<java.util.concurrent.Callable<Standing>>map(
                            lpar ->
                                () -> {
                                  barrier.await();
                                  return settle(places, lpar);
                                })
                        .toList())
                .stream()
                .map(java.util.concurrent.Future::resultNow)
                .toList();
        var winner = standings.stream().filter(Settled.class::isInstance).toList();
        assertEquals(1, winner.size(), "placed in round " + round + ": " + standings);
        assertTrue(
            standings.stream()
                .anyMatch(
                    standing ->
                        standing instanceof NoPlace(_, var message)
                            && message.startsWith("0/1 blades fit: 1 lacks " + what)),
            standings::toString);
        var id = ((Settled) winner.getFirst()).assigned().id();
        places.settle(
            fleet -> PlacementPlanner.release(id, "race-1", fleet),
            Fleets.of(List.of(), List.of()),
            true);
      }
    }
  }

  private static Standing settle(Places places, Lpar lpar) {
    var wish = Lpars.wish(lpar);
    var standing =
        places
            .settle(
                fleet -> PlacementPlanner.plan(wish, fleet), Fleets.of(cached(), devices()), false)
            .standing();
    return assertInstanceOf(Standing.class, standing);
  }

  /** A cache that is behind: by it there is room. */
  private static List<Blade> cached() {
    var blade = Cluster.blade("race-1");
    blade.setSpec(null);
    return List.of(blade);
  }

  private static List<PassthroughDevice> devices() {
    return Cluster.client().resources(PassthroughDevice.class).list().getItems();
  }

  private static Lpar manifest(String name, int number, String spec) {
    var lpar = Cluster.manifest(name, spec);
    lpar.getMetadata().setUid("00000000-0000-4000-8000-00000000000" + number);
    lpar.getMetadata().setGeneration(1L);
    return lpar;
  }

  private static ResourceEventHandler<Blade> recording(AtomicInteger most) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(Blade blade) {
        most.accumulateAndGet(Blades.partitions(blade).size(), Math::max);
      }

      @Override
      public void onUpdate(Blade before, Blade blade) {
        onAdd(blade);
      }

      @Override
      public void onDelete(Blade blade, boolean unknown) {}
    };
  }
}
