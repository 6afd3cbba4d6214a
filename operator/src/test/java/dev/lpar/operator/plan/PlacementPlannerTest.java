package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.anywhere;
import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.changed;
import static dev.lpar.operator.plan.Fixtures.intent;
import static dev.lpar.operator.plan.Fixtures.last;
import static dev.lpar.operator.plan.Fixtures.pinned;
import static dev.lpar.operator.plan.Fixtures.shared;
import static dev.lpar.operator.plan.Fixtures.withDisk;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import dev.lpar.operator.plan.BladeView.Readiness;
import dev.lpar.operator.plan.PlacementPlan.Assign;
import dev.lpar.operator.plan.PlacementPlan.BladeLost;
import dev.lpar.operator.plan.PlacementPlan.Change;
import dev.lpar.operator.plan.PlacementPlan.Gone;
import dev.lpar.operator.plan.PlacementPlan.Leaving;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.PlacementPlan.Withdraw;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlacementPlannerTest {

  private static Fleet blades(Fixtures.Blade... blades) {
    return Fixtures.fleet(blades);
  }

  private static String refusal(Wish wish, Fixtures.Blade... blades) {
    return assertInstanceOf(NoPlace.class, PlacementPlanner.plan(wish, blades(blades))).message();
  }

  static Stream<Arguments> blockedBlades() {
    var mine = shared(9, 30, "4Gi");
    var disk = "/dev/disk/by-id/nvme-1";
    return Stream.of(
        arguments(
            "memory",
            mine,
            blade("a").huge("3Gi"),
            "1 lacks memory (need 4Gi of 2Mi pages, free 3Gi)"),
        arguments(
            "memory taken",
            mine,
            blade("a").has(shared(1, 10, "14Gi")),
            "1 lacks memory (need 4Gi of 2Mi pages, free 2Gi)"),
        arguments(
            "pages not reserved",
            intent(9, new Processors.Dedicated(1, 1), "1Gi", Pages.SIZE_1GI),
            blade("a"),
            "1 lacks memory (need 1Gi of 1Gi pages, free 0)"),
        arguments(
            "small pages",
            intent(9, new Processors.Dedicated(1, 1), "5Gi", Pages.SIZE_4KI),
            blade("a"),
            "1 lacks memory (need 5Gi of 4Ki pages, free 4Gi)"),
        arguments(
            "ratio",
            mine,
            blade("a").has(shared(1, 80, "1Gi")),
            "1 lacks service ratio (need 30%, free 20%)"),
        arguments(
            "disk",
            withDisk(mine, disk),
            blade("a").has(withDisk(shared(1, 1, "1Gi"), disk)),
            "1 has the disk /dev/disk/by-id/nvme-1 given to payments/lpar-1"),
        arguments("maintenance", mine, blade("a").inMaintenance(), "1 in maintenance"),
        arguments("not ready", mine, blade("a").is(Readiness.NOT_READY), "1 not Ready"),
        arguments("silent", mine, blade("a").is(Readiness.SILENT), "1 not Ready"),
        arguments(
            "no KVM",
            mine,
            blade("a").withoutVirtualization(),
            "1 lacks virtualization (VMX or SVM)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blockedBlades")
  void aBladeThatDoesntFitIsNamedWithItsReason(
      String name, PartitionIntent intent, Fixtures.Blade blade, String reason) {
    assertEquals("0/1 blades fit: " + reason, refusal(anywhere(intent), blade));
  }

  @Test
  void bladesOfOneReasonAreCountedTogetherWithTheBestNumber() {
    assertEquals(
        "0/3 blades fit: 2 lack memory (need 16Gi of 2Mi pages, most free 12Gi), 1 in maintenance",
        refusal(
            anywhere(shared(9, 10, "16Gi")),
            blade("a").huge("12Gi"),
            blade("b").inMaintenance(),
            blade("c").huge("8Gi")));
  }

  @Test
  void withNoBladeAtAllItSaysWhatToDo() {
    var plan = PlacementPlanner.plan(anywhere(shared(9, 1, "1Gi")), blades());
    assertEquals(
        new NoPlace(
            LparReason.NO_BLADES,
            "there are no blades: label each Node that is to run partitions, kubectl label node"
                + " NAME lpar.dev/blade="),
        plan);
  }

  @Test
  void aPinnedBladeThatDoesntExistIsNamed() {
    assertEquals(
        new NoPlace(
            LparReason.BLADE_NOT_FOUND,
            "placement.blade names blade-9, and there is no such blade; there are a, b"),
        PlacementPlanner.plan(
            pinned(shared(9, 1, "1Gi"), "blade-9", null), blades(blade("b"), blade("a"))));
  }

  @Test
  void aPinRulesTheOthersOut() {
    assertEquals(
        "0/2 blades fit: 1 lacks memory (need 1Gi of 2Mi pages, free 0), 1 other than"
            + " placement.blade (a)",
        refusal(pinned(shared(9, 1, "1Gi"), "a", null), blade("a").huge("0"), blade("b")));
  }

  @Test
  void aSelectorChoosesByLabels() {
    var wish = new Wish(shared(9, 1, "1Gi"), List.of(), null, Map.of("rack", "a"), null, List.of());
    assertEquals(
        "b",
        ((Assign)
                PlacementPlanner.plan(
                    wish, blades(blade("a"), blade("b").labels(Map.of("rack", "a", "x", "y")))))
            .blade());
    assertEquals(
        "0/1 blades fit: 1 doesn't match placement.bladeSelector", refusal(wish, blade("a")));
  }

  @Test
  void theTightestBladeIsChosenAndThenTheFirstByName() {
    var wish = anywhere(shared(9, 1, "1Gi"));
    assertEquals(
        "c",
        ((Assign)
                PlacementPlanner.plan(
                    wish, blades(blade("a"), blade("b").huge("8Gi"), blade("c").huge("2Gi"))))
            .blade());
    assertEquals(
        "a", ((Assign) PlacementPlanner.plan(wish, blades(blade("b"), blade("a")))).blade());
  }

  @Test
  void aPlacedPartitionStaysWhateverElseFits() {
    var mine = shared(9, 1, "1Gi");
    assertEquals(
        new Settled("a", mine, new Change.None()),
        PlacementPlanner.plan(
            last(mine, "a"),
            blades(blade("a").has(mine).inMaintenance().is(Readiness.SILENT), blade("b"))));
  }

  @Test
  void aChangeIsMadeInPlace() {
    var was = shared(9, 10, "1Gi");
    var wanted = changed(was, new Processors.Shared(8, 20, true), "2Gi", Power.RUNNING, 2);
    assertEquals(
        new Assign("a", wanted),
        PlacementPlanner.plan(last(wanted, "a"), blades(blade("a").has(was), blade("b"))));
  }

  @Test
  void aChangeThatDoesntFitIsRefusedAndTheFormerStaysInForce() {
    var was = shared(9, 10, "1Gi");
    var wanted = changed(was, was.cpu(), "32Gi", Power.RUNNING, 2);
    assertEquals(
        new Settled(
            "a", was, new Change.Refused("a lacks memory (need 32Gi of 2Mi pages, free 16Gi)")),
        PlacementPlanner.plan(last(wanted, "a"), blades(blade("a").has(was), blade("b"))));
  }

  @Test
  void aRefusedChangeStillTurnsThePowerOff() {
    var was = shared(9, 10, "1Gi");
    var wanted = changed(was, was.cpu(), "32Gi", Power.STOPPED, 2);
    assertEquals(
        new Assign("a", was.withPower(Power.STOPPED)),
        PlacementPlanner.plan(last(wanted, "a"), blades(blade("a").has(was))));
  }

  @Test
  void whatDidntChangeIsntJudged() {
    var was = shared(9, 10, "8Gi");
    var wanted = changed(was, was.cpu(), "8Gi", Power.STOPPED, 2);
    assertEquals(
        new Assign("a", wanted),
        PlacementPlanner.plan(last(wanted, "a"), blades(blade("a").huge("1Gi").has(was))));
  }

  @Test
  void aMoveWaitsUntilThePartitionIsStopped() {
    var running = shared(9, 10, "1Gi");
    assertEquals(
        new Settled("a", running, new Change.MoveWhenStopped()),
        PlacementPlanner.plan(
            pinned(running, "b", "a"), blades(blade("a").has(running), blade("b"))));
    var stopped = running.withPower(Power.STOPPED);
    assertEquals(
        new Withdraw("a", stopped.id()),
        PlacementPlanner.plan(
            pinned(stopped, "b", "a"), blades(blade("a").has(stopped), blade("b"))));
  }

  @Test
  void aStoppedPartitionIsntTakenOffBeforeItsStatusNamesTheBlade() {
    var stopped = shared(9, 10, "1Gi").withPower(Power.STOPPED);
    assertInstanceOf(
        Settled.class,
        PlacementPlanner.plan(
            pinned(stopped, "b", null), blades(blade("a").has(stopped), blade("b"))));
  }

  @Test
  void aMoveWithNowhereToGoIsRefused() {
    var stopped = shared(9, 10, "1Gi").withPower(Power.STOPPED);
    assertEquals(
        new Settled(
            "a",
            stopped,
            new Change.Refused(
                "it can't move: 0/2 blades fit: 1 in maintenance, 1 other than placement.blade"
                    + " (b)")),
        PlacementPlanner.plan(
            pinned(stopped, "b", "a"),
            blades(blade("a").has(stopped), blade("b").inMaintenance())));
  }

  @Test
  void anotherPlaceIsGivenOnlyWhenTheOldBladeShowsItGone() {
    var stopped = shared(9, 10, "1Gi").withPower(Power.STOPPED);
    var wish = pinned(stopped, "b", "a");
    assertEquals(
        new Leaving("a"), PlacementPlanner.plan(wish, blades(blade("a").behind(), blade("b"))));
    assertEquals(
        new Leaving("a"),
        PlacementPlanner.plan(
            wish,
            blades(
                blade("a").reports(stopped, Phase.STOPPING, PartitionReason.POWERING_OFF),
                blade("b"))));
    assertEquals(
        new Assign("b", stopped), PlacementPlanner.plan(wish, blades(blade("a"), blade("b"))));
  }

  @Test
  void aPartitionWhosePlaceWasTakenGoesBackWhereItMayRun() {
    var mine = shared(9, 10, "1Gi");
    assertEquals(
        new Assign("b", mine),
        PlacementPlanner.plan(
            last(mine, "b"), blades(blade("a"), blade("b").behind().is(Readiness.NOT_READY))));
  }

  @Test
  void aPartitionOfALostBladeGetsNoOtherPlace() {
    assertEquals(
        new BladeLost("b"),
        PlacementPlanner.plan(last(shared(9, 10, "1Gi"), "b"), blades(blade("a"))));
  }

  @Test
  void aReleaseTakesThePartitionOffAndWaitsForTheAgent() {
    var mine = shared(9, 10, "1Gi");
    assertEquals(
        new Withdraw("a", mine.id()),
        PlacementPlanner.release(mine.id(), "a", blades(blade("a").has(mine))));
    assertEquals(
        new Leaving("a"), PlacementPlanner.release(mine.id(), "a", blades(blade("a").behind())));
    assertEquals(
        new Leaving("a"),
        PlacementPlanner.release(
            mine.id(),
            "a",
            blades(blade("a").reports(mine, Phase.RUNNING, PartitionReason.GUEST_RUNNING))));
    assertEquals(new Gone(), PlacementPlanner.release(mine.id(), "a", blades(blade("a"))));
  }

  @Test
  void aReleaseNeverForgetsABlade() {
    var mine = shared(9, 10, "1Gi");
    assertEquals(
        new Settled("a", mine, new Change.None()),
        PlacementPlanner.release(mine.id(), null, blades(blade("a").has(mine))));
    assertEquals(new BladeLost("a"), PlacementPlanner.release(mine.id(), "a", blades(blade("b"))));
  }

  @Test
  void whatNeverHadAPlaceIsGoneAtOnce() {
    assertEquals(
        new Gone(), PlacementPlanner.release(Fixtures.id(9), null, blades(blade("a").behind())));
  }
}
