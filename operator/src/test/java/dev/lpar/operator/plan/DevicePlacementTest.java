package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.DevicePlans.MINE;
import static dev.lpar.operator.plan.DevicePlans.NIC;
import static dev.lpar.operator.plan.DevicePlans.OTHER;
import static dev.lpar.operator.plan.DevicePlans.devices;
import static dev.lpar.operator.plan.DevicePlans.has;
import static dev.lpar.operator.plan.DevicePlans.next;
import static dev.lpar.operator.plan.DevicePlans.nic;
import static dev.lpar.operator.plan.DevicePlans.plan;
import static dev.lpar.operator.plan.DevicePlans.refusal;
import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.claim;
import static dev.lpar.operator.plan.Fixtures.function;
import static dev.lpar.operator.plan.Fixtures.named;
import static dev.lpar.operator.plan.Fixtures.offered;
import static dev.lpar.operator.plan.Fixtures.selected;
import static dev.lpar.operator.plan.Fixtures.wish;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.operator.plan.PlacementPlan.Assign;
import dev.lpar.operator.plan.PlacementPlan.Withdraw;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which devices a partition gets, and where it lives for them. */
class DevicePlacementTest {
  @Test
  void aNamedDeviceImpliesItsBlade() {
    assertEquals(
        new Assign("b", has(MINE, claim("hba", "b-hba"))),
        plan(
            wish(MINE, null, null, named("hba", "b-hba")),
            blade("a").huge("2Gi"),
            blade("b").offers("b-hba")));
  }

  @Test
  void aSelectorNarrowsToBladesThatHaveOneFree() {
    assertEquals(
        List.of("nic=c-nic"),
        devices(
            plan(
                wish(MINE, null, null, selected("nic", NIC)),
                blade("a").huge("2Gi"),
                nic("b", "b-nic").has(has(OTHER, claim("x", "b-nic"))),
                nic("c", "c-nic"))));
  }

  @Test
  void devicesOfOnePartitionMayShareAGroup() {
    var group =
        blade("a")
            .device(function("x", 1).iommuGroup(12), offered("x", "a"))
            .device(function("y", 2).iommuGroup(12), offered("y", "a"));
    assertEquals(
        List.of("one=x", "two=y"),
        devices(plan(wish(MINE, null, null, named("one", "x"), named("two", "y")), group)));
  }

  @Test
  void aNamedDeviceIsntGivenToASelector() {
    assertEquals(
        List.of("any=nic-b", "this=nic-a"),
        devices(
            plan(
                wish(MINE, null, null, selected("any", NIC), named("this", "nic-a")),
                nic("a", "nic-a", "nic-b"))));
  }

  @Test
  void aPartitionWithANamedDeviceDoesntMove() {
    var stopped = has(MINE, claim("hba", "hba-a")).withPower(Power.STOPPED);
    assertEquals(
        "it can't move: devices[hba].passthroughDevice hba-a is on a, and placement.blade is b:"
            + " name a device of that blade, or remove placement.blade",
        refusal(
            plan(
                wish(MINE.withPower(Power.STOPPED), "b", "a", named("hba", "hba-a")),
                blade("a").offers("hba-a").has(stopped),
                blade("b"))));
  }

  @Test
  void aStoppedPartitionMovesToTheDeviceThatItNames() {
    var wish = wish(next(Power.STOPPED), null, "a", named("hba", "hba-b"));
    assertEquals(
        "devices[hba].passthroughDevice hba-b is on b: it can move there when it is stopped",
        refusal(
            plan(
                wish(next(Power.RUNNING), null, "a", named("hba", "hba-b")),
                blade("a").has(MINE),
                blade("b").offers("hba-b"))));
    assertEquals(
        new Assign("a", MINE.withPower(Power.STOPPED)),
        plan(wish, blade("a").has(MINE), blade("b").offers("hba-b")));
    assertEquals(
        new Withdraw("a", MINE.id()),
        plan(wish, blade("a").has(MINE.withPower(Power.STOPPED)), blade("b").offers("hba-b")));
    assertEquals(List.of("hba=hba-b"), devices(plan(wish, blade("a"), blade("b").offers("hba-b"))));
  }

  @Test
  void aSelectorIsChosenAnewOnAnotherBlade() {
    var stopped = MINE.withPower(Power.STOPPED);
    var wish = wish(stopped, "b", "a", selected("nic", NIC));
    assertEquals(
        new Withdraw("a", MINE.id()),
        plan(wish, nic("a", "a-nic").has(has(stopped, claim("nic", "a-nic"))), nic("b", "b-nic")));
    assertEquals(List.of("nic=b-nic"), devices(plan(wish, nic("a", "a-nic"), nic("b", "b-nic"))));
  }
}
