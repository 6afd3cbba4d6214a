package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.anywhere;
import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.changed;
import static dev.lpar.operator.plan.Fixtures.cores;
import static dev.lpar.operator.plan.Fixtures.dedicated;
import static dev.lpar.operator.plan.Fixtures.fleet;
import static dev.lpar.operator.plan.Fixtures.intent;
import static dev.lpar.operator.plan.Fixtures.last;
import static dev.lpar.operator.plan.Fixtures.shared;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.model.CpuTopology;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import dev.lpar.operator.plan.PlacementPlan.Assign;
import dev.lpar.operator.plan.PlacementPlan.Change;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CpuPlacementTest {

  private static PartitionIntent sharing(int vcpus, int ratio) {
    return intent(9, new Processors.Shared(vcpus, ratio, false), "1Gi", Pages.SIZE_2MI);
  }

  private static PartitionIntent owning(int vcpus, int threadsPerCore) {
    return intent(9, new Processors.Dedicated(vcpus, threadsPerCore), "1Gi", Pages.SIZE_2MI);
  }

  /** Two nodes of four cores. */
  private static Fixtures.Blade twoNodes() {
    return blade("a").cpus(cores(2, 4, 1)).hostCpus(1).sharedMinimum(2);
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        arguments(
            "more than the blade has, but for the one that the host shares",
            owning(8, 1),
            blade("a"),
            "lacks cores to dedicate (need 8 whole cores, free: 7 on node 0; 1 CPU stays shared:"
                + " the host has none of its own)"),
        arguments(
            "more than others left, by node",
            owning(4, 1),
            twoNodes().has(dedicated(1, 3, "1Gi")),
            "lacks cores to dedicate (need 4 whole cores, free: 2 on node 1; sharedMinimumCpus 2"
                + " stay shared)"),
        arguments(
            "some on each node, and not enough together",
            owning(5, 1),
            twoNodes().has(dedicated(1, 1, "1Gi")),
            "lacks cores to dedicate (need 5 whole cores, free: 2 on node 0, 4 on node 1;"
                + " sharedMinimumCpus 2 stay shared)"),
        arguments(
            "nothing left at all",
            owning(1, 1),
            blade("a").cpus(2).hostCpus(1).sharedMinimum(1),
            "lacks cores to dedicate (need 1 whole core, free: none; sharedMinimumCpus 1 stays"
                + " shared)"),
        arguments(
            "cores that have no second thread",
            owning(2, 2),
            blade("a").hostCpus(1),
            "lacks cores to dedicate (need 1 whole core of 2 threads, free: none)"),
        arguments(
            "both threads of a core, each for one vCPU",
            owning(2, 1),
            blade("a").cpus(cores(2, 2)).hostCpus(2),
            "lacks cores to dedicate (need 2 whole cores, free: 1 on node 0)"),
        arguments(
            "the last CPU that another shares",
            owning(7, 1),
            blade("a").hostCpus(1).has(shared(1, 1, "1Gi")),
            "would have no shared CPU left for payments/lpar-1"),
        arguments(
            "a blade whose CPUs aren't known yet",
            owning(1, 1),
            blade("a").cpus(CpuTopology.NONE),
            "lacks cores to dedicate (need 1 whole core, free: none; 1 CPU stays shared: the host"
                + " has none of its own)"),
        arguments(
            "a share of nothing",
            sharing(1, 1),
            blade("a").hostCpus(1).has(dedicated(1, 7, "1Gi")),
            "lacks a shared CPU (all are dedicated or the host's)"),
        arguments(
            "more than the vCPUs can use",
            sharing(2, 50),
            blade("a"),
            "has too many shared CPUs for it (it can't use 50% of 8 shared CPUs (4.00) with 2"
                + " vCPUs: at most 25%, or more vCPUs)"),
        arguments(
            "a hair more than the vCPU can use",
            sharing(1, 34),
            blade("a").cpus(3),
            "has too many shared CPUs for it (it can't use 34% of 3 shared CPUs (1.02) with 1"
                + " vCPU: at most 33%, or more vCPUs)"),
        arguments(
            "even the smallest ratio of a large blade",
            sharing(1, 1),
            blade("a").cpus(128),
            "has too many shared CPUs for it (it can't use 1% of 128 shared CPUs (1.28) with 1"
                + " vCPU: it needs more vCPUs)"),
        arguments(
            "more ratio than is left",
            sharing(8, 30),
            blade("a").has(shared(1, 80, "1Gi")),
            "lacks service ratio (need 30%, free 20%)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void whatABladeHasntIsRefusedWithTheNumbers(
      String name, PartitionIntent wanted, Fixtures.Blade blade, String reason) {
    var plan = PlacementPlanner.plan(anywhere(wanted), fleet(blade));
    assertEquals("0/1 blades fit: 1 " + reason, assertInstanceOf(NoPlace.class, plan).message());
  }

  static Stream<Arguments> fits() {
    return Stream.of(
        arguments(
            "all but the host's, where nothing is shared", owning(7, 1), blade("a").hostCpus(1)),
        arguments("up to the shared minimum", owning(5, 1), twoNodes()),
        arguments("two vCPUs on one core", owning(2, 2), blade("a").cpus(cores(2, 2)).hostCpus(2)),
        arguments("many vCPUs on one shared CPU", sharing(64, 1), blade("a").cpus(1)),
        arguments("just what the vCPUs can use", sharing(2, 25), blade("a")),
        arguments(
            "just what they can use of what others leave shared",
            sharing(2, 50),
            blade("a").has(dedicated(1, 4, "1Gi"))),
        arguments("the rest of the ratio", sharing(8, 20), blade("a").has(shared(1, 80, "1Gi"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fits")
  void whatThereIsIsGiven(String name, PartitionIntent wanted, Fixtures.Blade blade) {
    assertEquals(new Assign("a", wanted), PlacementPlanner.plan(anywhere(wanted), fleet(blade)));
  }

  @Test
  void ofSeveralBladesTheOneThatComesNearestIsTold() {
    assertEquals(
        "0/3 blades fit: 2 lack cores to dedicate (need 4 whole cores, most free: 3 on node 0; 1"
            + " CPU stays shared: the host has none of its own), 1 in maintenance",
        ((NoPlace)
                PlacementPlanner.plan(
                    anywhere(owning(4, 1)),
                    fleet(blade("a").cpus(2), blade("b").cpus(4), blade("c").inMaintenance())))
            .message());
    assertEquals(
        "0/2 blades fit: 2 have too many shared CPUs for it (it can't use 50% of 4 shared CPUs"
            + " (2.00) with 1 vCPU: at most 25%, or more vCPUs)",
        ((NoPlace)
                PlacementPlanner.plan(
                    anywhere(sharing(1, 50)), fleet(blade("a"), blade("b").cpus(4))))
            .message());
  }

  /** With cores of one and two threads it matters which ones are taken, not how many. */
  @Test
  void coresAreCountedWhereTheAgentPutThem() {
    var threads = blade("a").cpus(cores(4, 2)).hostCpus(2);
    var other = dedicated(1, 1, "1Gi");
    var blade = threads.has(other).pins(other, 6);
    assertEquals(
        new Assign("a", owning(4, 2)), PlacementPlanner.plan(anywhere(owning(4, 2)), fleet(blade)));
    assertEquals(
        "0/1 blades fit: 1 lacks cores to dedicate (need 3 whole cores of 2 threads, free: 2 on"
            + " node 0)",
        ((NoPlace) PlacementPlanner.plan(anywhere(owning(6, 2)), fleet(blade))).message());
  }

  @Test
  void aStoppedPartitionKeepsItsCores() {
    var stopped = dedicated(1, 5, "1Gi").withPower(Power.STOPPED);
    assertInstanceOf(
        NoPlace.class,
        PlacementPlanner.plan(anywhere(owning(4, 1)), fleet(blade("a").has(stopped))));
  }

  /** While cores are lent, more CPUs are shared than a ratio can count on. */
  @Test
  void aRatioIsJudgedByTheSharedCpusWhileAllDedicatedPartitionsAreActive() {
    var off = dedicated(1, 4, "1Gi").withPower(Power.STOPPED);
    var blade = blade("a").has(off).sharedNow("0-7");
    assertEquals(
        new Assign("a", sharing(2, 50)),
        PlacementPlanner.plan(anywhere(sharing(2, 50)), fleet(blade)));
  }

  private static PlacementPlan change(
      Processors before, Processors after, Fixtures.Blade blade, PartitionIntent... others) {
    var was = intent(9, before, "1Gi", Pages.SIZE_2MI);
    var wanted = changed(was, after, "1Gi", Power.RUNNING, 2);
    return PlacementPlanner.plan(last(wanted, "a"), fleet(blade.has(was).has(others)));
  }

  private static Processors ratio(int vcpus, int ratio, boolean capped) {
    return new Processors.Shared(vcpus, ratio, capped);
  }

  private static Processors own(int vcpus) {
    return new Processors.Dedicated(vcpus, 1);
  }

  static Stream<Arguments> refusedChanges() {
    return Stream.of(
        arguments(
            "more cores than there are",
            own(2),
            own(6),
            "a lacks cores to dedicate (need 6 whole cores, free: 5 on node 0; 1 CPU stays shared:"
                + " the host has none of its own)"),
        arguments(
            "from shared to dedicated",
            ratio(8, 10, false),
            own(6),
            "a lacks cores to dedicate (need 6 whole cores, free: 5 on node 0; 1 CPU stays shared:"
                + " the host has none of its own)"),
        arguments(
            "more ratio than is left",
            ratio(8, 10, false),
            ratio(8, 80, false),
            "a lacks service ratio (need 80%, free 70%)"),
        arguments(
            "more ratio than the vCPUs can use",
            ratio(1, 10, false),
            ratio(1, 20, false),
            "a has too many shared CPUs for it (it can't use 20% of 6 shared CPUs (1.20) with 1"
                + " vCPU: at most 16%, or more vCPUs)"),
        arguments(
            "fewer vCPUs than the ratio takes",
            ratio(8, 50, false),
            ratio(2, 50, false),
            "a has too many shared CPUs for it (it can't use 50% of 6 shared CPUs (3.00) with 2"
                + " vCPUs: at most 33%, or more vCPUs)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedChanges")
  void aChangeForWhichThereAreNoCpusIsRefused(
      String name, Processors before, Processors after, String reason) {
    var plan = change(before, after, blade("a"), dedicated(1, 2, "1Gi"), shared(2, 30, "1Gi"));
    assertEquals(new Change.Refused(reason), assertInstanceOf(Settled.class, plan).change());
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        arguments("more cores", own(2), own(5)),
        arguments("fewer cores", own(4), own(2)),
        arguments("from dedicated to shared", own(4), ratio(2, 33, false)),
        arguments("from shared to dedicated", ratio(4, 10, false), own(4)),
        arguments("more ratio", ratio(8, 10, false), ratio(8, 70, true)),
        // Cores that others gave back have made the ratio more than the vCPUs can use.
        arguments(
            "a cap, with a ratio that has become too much",
            ratio(1, 50, false),
            ratio(1, 50, true)),
        arguments(
            "less of a ratio that has become too much", ratio(1, 50, false), ratio(1, 40, false)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void aChangeThatFitsIsMadeInPlace(String name, Processors before, Processors after) {
    var plan = change(before, after, blade("a"), dedicated(1, 2, "1Gi"), shared(2, 30, "1Gi"));
    assertEquals(after, assertInstanceOf(Assign.class, plan).intent().cpu());
  }
}
