package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.DevicePlans.MINE;
import static dev.lpar.operator.plan.DevicePlans.NIC;
import static dev.lpar.operator.plan.DevicePlans.OTHER;
import static dev.lpar.operator.plan.DevicePlans.has;
import static dev.lpar.operator.plan.DevicePlans.nic;
import static dev.lpar.operator.plan.DevicePlans.none;
import static dev.lpar.operator.plan.DevicePlans.plan;
import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.claim;
import static dev.lpar.operator.plan.Fixtures.function;
import static dev.lpar.operator.plan.Fixtures.named;
import static dev.lpar.operator.plan.Fixtures.object;
import static dev.lpar.operator.plan.Fixtures.offered;
import static dev.lpar.operator.plan.Fixtures.selected;
import static dev.lpar.operator.plan.Fixtures.serial;
import static dev.lpar.operator.plan.Fixtures.wish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a partition is told when it can't get its devices. */
class DeviceObstacleTest {
  static Stream<Arguments> obstacles() {
    var hba = named("hba", "hba-a");
    var taken = has(OTHER, claim("disk", "hba-a"));
    return Stream.of(
        arguments(
            "claimed",
            hba,
            blade("a").offers("hba-a").has(taken),
            "hba (hba-a): claimed by payments/lpar-1"),
        arguments(
            "claimed under another name",
            hba,
            blade("a")
                .offers("hba-a")
                .has(has(OTHER, new DeviceIntent("disk", "gone", serial("hba-a")))),
            "hba (hba-a): claimed by payments/lpar-1"),
        arguments(
            "group claimed",
            hba,
            blade("a")
                .device(function("hba-a", 1).iommuGroup(12), offered("hba-a", "a"))
                .device(function("nic-b", 2).iommuGroup(12), offered("nic-b", "a"))
                .has(has(OTHER, claim("nic", "nic-b"))),
            "hba (hba-a): its IOMMU group 12 has nic-b, claimed by payments/lpar-1"),
        arguments(
            "not offered",
            hba,
            blade("a")
                .device(
                    function("hba-a", 1), object("hba-a", "a", serial("hba-a"), false, List.of())),
            "hba (hba-a): not offered: set assignable: true in it"),
        arguments(
            "not offered to this namespace",
            hba,
            blade("a")
                .device(
                    function("hba-a", 1),
                    object("hba-a", "a", serial("hba-a"), true, List.of("orders"))),
            "hba (hba-a): not offered to namespace payments"),
        arguments(
            "needed by the host",
            hba,
            blade("a")
                .device(
                    function("hba-a", 1).hostUse("/ is mounted from nvme0n1p1"),
                    offered("hba-a", "a")),
            "hba (hba-a): the host needs it: / is mounted from nvme0n1p1"),
        arguments(
            "gone",
            hba,
            blade("a").object(offered("hba-a", "a")).function(function("other", 1)),
            "hba (hba-a): a has no device of this identity"),
        arguments(
            "no report",
            hba,
            blade("a").offers("hba-a").withoutReportOfDevices(),
            "hba (hba-a): there is no report of a blade a: is its Node labelled lpar.dev/blade, its"
                + " agent running?"),
        arguments(
            "nothing with the labels",
            selected("nic", NIC),
            blade("a").offers("hba-a"),
            "nic: no device with lpar.dev/class=nic is free"),
        arguments(
            "none with the labels to be had",
            selected("nic", NIC),
            nic("a", "nic-a").has(has(OTHER, claim("x", "nic-a"))),
            "nic: no device with lpar.dev/class=nic is free (nic-a: claimed by payments/lpar-1)"),
        arguments(
            "the only one with the labels is broken",
            selected("nic", NIC),
            blade("a").device(function("nic-a", 1).problem("dead"), offered("nic-a", "a", NIC)),
            "nic: no device with lpar.dev/class=nic is free (nic-a: not healthy: dead)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("obstacles")
  void aDeviceThatCantBeHadIsNamedWithItsReason(
      String name, DeviceNeed need, Fixtures.Blade blade, String reason) {
    assertEquals(
        new NoPlace(LparReason.NO_FIT, "0/1 blades fit: 1 lacks devices: " + reason),
        plan(wish(MINE, null, null, need), blade));
  }

  @Test
  void everyDeviceThatCantBeHadIsNamed() {
    assertEquals(
        "0/1 blades fit: 1 lacks devices: hba (hba-a): claimed by payments/lpar-1; nic: no device"
            + " with lpar.dev/class=nic is free",
        none(
                wish(MINE, null, null, named("hba", "hba-a"), selected("nic", NIC)),
                blade("a").offers("hba-a").has(has(OTHER, claim("x", "hba-a"))))
            .message());
  }

  @Test
  void oneOfTwoNeedsGetsTheOnlyDevice() {
    assertEquals(
        "0/1 blades fit: 1 lacks devices: right: no further device with lpar.dev/class=nic is free",
        none(
                wish(MINE, null, null, selected("left", NIC), selected("right", NIC)),
                nic("a", "nic-a"))
            .message());
  }

  @Test
  void aNamedDeviceThatDoesntExistIsSaidWithItsField() {
    assertEquals(
        new NoPlace(
            LparReason.DEVICE_NOT_FOUND,
            "devices[hba].passthroughDevice hba-z: there is no such PassthroughDevice (kubectl get"
                + " passthroughdevices)"),
        plan(wish(MINE, null, null, named("hba", "hba-z")), blade("a")));
  }

  @Test
  void aDeviceOnAnotherBladeThanThePinIsSaid() {
    assertEquals(
        new NoPlace(
            LparReason.NO_FIT,
            "devices[hba].passthroughDevice hba-b is on b, and placement.blade is a: name a device"
                + " of that blade, or remove placement.blade"),
        plan(wish(MINE, "a", null, named("hba", "hba-b")), blade("a"), blade("b").offers("hba-b")));
  }

  @Test
  void devicesOfTwoBladesAreSaid() {
    assertEquals(
        "devices[nic].passthroughDevice nic-b is on b and devices[hba].passthroughDevice hba-a is"
            + " on a: a partition lives on one blade",
        none(
                wish(MINE, null, null, named("hba", "hba-a"), named("nic", "nic-b")),
                blade("a").offers("hba-a"),
                blade("b").offers("nic-b"))
            .message());
  }

  @Test
  void aDeviceOfABladeThatDoesntExistIsSaid() {
    var fleet = new Fleet(List.of(blade("a").view()), List.of(offered("hba", "blade-9")));
    assertEquals(
        new NoPlace(
            LparReason.BLADE_NOT_FOUND,
            "devices[hba].passthroughDevice hba is on blade-9, and there is no such blade (kubectl"
                + " get blades)"),
        PlacementPlanner.plan(wish(MINE, null, null, named("hba", "hba")), fleet));
  }

  @Test
  void otherBladesAreCountedAsThoseWithoutTheDevice() {
    assertEquals(
        "0/3 blades fit: 1 in maintenance, 2 without hba, which is on b",
        none(
                wish(MINE, null, null, named("hba", "hba")),
                blade("a"),
                blade("b").offers("hba").inMaintenance(),
                blade("c"))
            .message());
  }

  @Test
  void identitiesThatMatchTwoDevicesCantBeClaimed() {
    var both = new DeviceIdentity(null, null, null, null, "144d:a808");
    assertEquals(
        "0/1 blades fit: 1 lacks devices: hba (hba-a): the identity matches 0000:01:00.0 and"
            + " 0000:02:00.0: give more of it",
        none(
                wish(MINE, null, null, named("hba", "hba-a")),
                blade("a")
                    .function(function("x", 1))
                    .function(function("y", 2))
                    .object(object("hba-a", "a", both, true, List.of())))
            .message());
  }
}
