package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.DevicePlans.MINE;
import static dev.lpar.operator.plan.DevicePlans.NIC;
import static dev.lpar.operator.plan.DevicePlans.OTHER;
import static dev.lpar.operator.plan.DevicePlans.devices;
import static dev.lpar.operator.plan.DevicePlans.has;
import static dev.lpar.operator.plan.DevicePlans.next;
import static dev.lpar.operator.plan.DevicePlans.nic;
import static dev.lpar.operator.plan.DevicePlans.none;
import static dev.lpar.operator.plan.DevicePlans.plan;
import static dev.lpar.operator.plan.DevicePlans.refusal;
import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.changed;
import static dev.lpar.operator.plan.Fixtures.claim;
import static dev.lpar.operator.plan.Fixtures.function;
import static dev.lpar.operator.plan.Fixtures.named;
import static dev.lpar.operator.plan.Fixtures.object;
import static dev.lpar.operator.plan.Fixtures.offered;
import static dev.lpar.operator.plan.Fixtures.selected;
import static dev.lpar.operator.plan.Fixtures.serial;
import static dev.lpar.operator.plan.Fixtures.wish;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.operator.plan.BladeView.Readiness;
import dev.lpar.operator.plan.PlacementPlan.Assign;
import dev.lpar.operator.plan.PlacementPlan.Change;
import dev.lpar.operator.plan.PlacementPlan.Leaving;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A partition keeps the devices that it has claimed, until it asks for others. */
class DeviceClaimTest {
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
}
