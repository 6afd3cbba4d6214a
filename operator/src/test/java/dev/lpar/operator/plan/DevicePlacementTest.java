package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.changed;
import static dev.lpar.operator.plan.Fixtures.claim;
import static dev.lpar.operator.plan.Fixtures.fleet;
import static dev.lpar.operator.plan.Fixtures.function;
import static dev.lpar.operator.plan.Fixtures.named;
import static dev.lpar.operator.plan.Fixtures.object;
import static dev.lpar.operator.plan.Fixtures.offered;
import static dev.lpar.operator.plan.Fixtures.selected;
import static dev.lpar.operator.plan.Fixtures.serial;
import static dev.lpar.operator.plan.Fixtures.shared;
import static dev.lpar.operator.plan.Fixtures.wish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.operator.plan.BladeView.Readiness;
import dev.lpar.operator.plan.PlacementPlan.Assign;
import dev.lpar.operator.plan.PlacementPlan.Change;
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

/** Which devices a partition gets, where it lives for them, and what it is told when it can't. */
class DevicePlacementTest {
  private static final PartitionIntent MINE = shared(9, 10, "1Gi");
  private static final PartitionIntent OTHER = shared(1, 10, "1Gi");
  private static final String NIC = "lpar.dev/class=nic";

  private static PartitionIntent has(PartitionIntent intent, DeviceIntent... devices) {
    return intent.withDevices(List.of(devices));
  }

  /** The next generation of the spec. */
  private static PartitionIntent next(Power power) {
    return changed(MINE, MINE.cpu(), "1Gi", power, 2);
  }

  private static PlacementPlan plan(Wish wish, Fixtures.Blade... blades) {
    return PlacementPlanner.plan(wish, fleet(blades));
  }

  private static NoPlace none(Wish wish, Fixtures.Blade... blades) {
    return assertInstanceOf(NoPlace.class, plan(wish, blades));
  }

  private static List<String> devices(PlacementPlan plan) {
    return assertInstanceOf(Assign.class, plan).intent().devices().stream()
        .map(device -> device.name() + "=" + device.passthroughDevice())
        .toList();
  }

  private static String refusal(PlacementPlan plan) {
    var settled = assertInstanceOf(Settled.class, plan);
    return assertInstanceOf(Change.Refused.class, settled.change()).message();
  }

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

  private static Fixtures.Blade nic(String blade, String... names) {
    var made = blade(blade);
    for (int i = 0; i < names.length; i++) {
      made.device(function(names[i], i + 1), offered(names[i], blade, NIC));
    }
    return made;
  }

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
  void whatWasClaimedStandsWhateverBecameOfTheDevice() {
    var claimed = has(MINE, claim("nic", "nic-a"));
    var wish = wish(MINE, null, "a", selected("nic", NIC));
    var unoffered =
        blade("a")
            .function(function("other", 1))
            .object(object("nic-a", "a", serial("nic-a"), false, List.of("orders")))
            .has(claimed);
    assertEquals(new Settled("a", claimed, new Change.None()), plan(wish, unoffered));
    assertEquals(
        new Settled("a", claimed, new Change.None()),
        plan(wish, blade("a").has(claimed)),
        "the object was deleted");
    assertEquals(
        new Settled("a", claimed, new Change.None()),
        plan(wish, nic("a", "nic-a").is(Readiness.SILENT).has(claimed)));
  }

  @Test
  void aClaimIsKnownByThePresentIdentityOfItsObject() {
    var spare = serial("spare");
    var replaced =
        blade("a")
            .device(function("spare", 1), object("nic-a", "a", spare, true, List.of(), NIC))
            .has(has(MINE, claim("nic", "nic-a")));
    assertEquals(
        new Assign("a", has(MINE, new DeviceIntent("nic", "nic-a", spare))),
        plan(wish(MINE, null, "a", selected("nic", NIC)), replaced));
  }

  @Test
  void evenOfAClaimWhoseChangeIsRefusedTheIdentityFollows() {
    var spare = serial("spare");
    var was = has(MINE, claim("nic", "nic-a"));
    var replaced =
        blade("a")
            .device(function("spare", 1), object("nic-a", "a", spare, true, List.of(), NIC))
            .has(was);
    var now = changed(MINE, MINE.cpu(), "64Gi", Power.RUNNING, 2);
    assertEquals(
        new Assign("a", has(MINE, new DeviceIntent("nic", "nic-a", spare))),
        plan(wish(now, null, "a", selected("nic", NIC)), replaced));
  }

  @Test
  void anotherGenerationKeepsWhatIsStillAskedForWithoutAskingForConsent() {
    var was = has(MINE, claim("hba", "hba-a"), claim("nic", "nic-a"));
    var withdrawn =
        blade("a")
            .device(function("hba-a", 1), object("hba-a", "a", serial("hba-a"), false, List.of()))
            .device(
                function("nic-a", 2),
                object("nic-a", "a", serial("nic-a"), false, List.of("orders"), NIC))
            .device(function("a-nic", 3), offered("a-nic", "a", NIC))
            .has(was);
    assertEquals(
        new Assign("a", next(Power.RUNNING).withDevices(was.devices())),
        plan(
            wish(next(Power.RUNNING), null, "a", named("hba", "hba-a"), selected("nic", NIC)),
            withdrawn));
  }

  @Test
  void aDeviceThatIsntWhatIsAskedForAnyMoreIsExchanged() {
    var was = has(MINE, claim("nic", "nic-a"));
    var blade =
        blade("a")
            .device(function("nic-a", 1), offered("nic-a", "a", NIC))
            .device(function("nic-b", 2), offered("nic-b", "a", NIC, "fabric=storage"))
            .has(was);
    assertEquals(
        List.of("nic=nic-b"),
        devices(
            plan(
                wish(next(Power.RUNNING), null, "a", selected("nic", NIC, "fabric=storage")),
                blade)));
  }

  @Test
  void aRequestThatIsDroppedReleasesAndOneThatIsAddedClaims() {
    var was = has(MINE, claim("nic", "nic-a"));
    assertEquals(
        new Assign("a", next(Power.RUNNING)),
        plan(wish(next(Power.RUNNING), null, "a"), nic("a", "nic-a").has(was)));
    assertEquals(
        List.of("nic=nic-a", "more=nic-b"),
        devices(
            plan(
                wish(next(Power.RUNNING), null, "a", selected("nic", NIC), selected("more", NIC)),
                nic("a", "nic-a", "nic-b").has(was))));
  }

  @Test
  void whatASelectorHoldsGoesToTheNeedThatNamesIt() {
    assertEquals(
        List.of("nic=nic-b", "this=nic-a"),
        devices(
            plan(
                wish(next(Power.RUNNING), null, "a", selected("nic", NIC), named("this", "nic-a")),
                nic("a", "nic-a", "nic-b").has(has(MINE, claim("nic", "nic-a"))))));
  }

  @Test
  void aChangeThatCantBeMetIsRefusedAndPowerIsStillFollowed() {
    var was = has(MINE, claim("nic", "nic-a"));
    var taken = has(OTHER, claim("x", "hba-a"));
    var needs = new DeviceNeed[] {selected("nic", NIC), named("hba", "hba-a")};
    var blade = nic("a", "nic-a").offers("hba-a").has(was, taken);
    assertEquals(
        "a lacks devices: hba (hba-a): claimed by payments/lpar-1",
        refusal(plan(wish(next(Power.RUNNING), null, "a", needs), blade)));
    assertEquals(
        new Assign("a", was.withPower(Power.STOPPED)),
        plan(wish(next(Power.STOPPED), null, "a", needs), blade));
  }

  @Test
  void aChangeToADeviceThatDoesntExistIsRefused() {
    assertEquals(
        "devices[hba].passthroughDevice nope: there is no such PassthroughDevice (kubectl get"
            + " passthroughdevices)",
        refusal(
            plan(
                wish(next(Power.RUNNING), null, "a", named("hba", "nope")), blade("a").has(MINE))));
  }

  @Test
  void aClaimWhoseObjectIsGoneIsKeptByNameInAnotherGeneration() {
    var was = has(MINE, claim("hba", "hba-a"));
    assertEquals(
        new Assign("a", next(Power.RUNNING).withDevices(was.devices())),
        plan(wish(next(Power.RUNNING), null, "a", named("hba", "hba-a")), blade("a").has(was)));
  }

  @Test
  void aStoppedPartitionKeepsItsDevices() {
    var stopped = has(MINE, claim("hba", "hba-a")).withPower(Power.STOPPED);
    assertEquals(
        "0/1 blades fit: 1 lacks devices: hba (hba-a): claimed by payments/lpar-9",
        none(
                wish(OTHER, null, null, named("hba", "hba-a")),
                blade("a").offers("hba-a").has(stopped))
            .message());
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

  @Test
  void aPartitionWhosePlaceWasTakenGetsBackTheDevicesThatItsStatusNames() {
    var last =
        new AttachedDevice(
            "nic", "nic-b", "0000:02:00.0", 2, null, AttachmentReason.ATTACHED, null);
    var wish = new Wish(MINE, List.of(selected("nic", NIC)), null, Map.of(), "a", List.of(last));
    assertEquals(
        List.of("nic=nic-b"),
        devices(plan(wish, nic("a", "nic-a", "nic-b").behind().withoutReportOfDevices())));
    assertEquals(
        new Leaving("a"),
        plan(
            wish,
            nic("a", "nic-a", "nic-b")
                .behind()
                .has(has(OTHER, claim("x", "nic-a"), claim("y", "nic-b")))),
        "another has them by now");
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
