package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.asking;
import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.claim;
import static dev.lpar.operator.plan.Fixtures.fleet;
import static dev.lpar.operator.plan.Fixtures.function;
import static dev.lpar.operator.plan.Fixtures.named;
import static dev.lpar.operator.plan.Fixtures.object;
import static dev.lpar.operator.plan.Fixtures.offered;
import static dev.lpar.operator.plan.Fixtures.serial;
import static dev.lpar.operator.plan.Fixtures.shared;
import static dev.lpar.operator.plan.Fixtures.wish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.BladeDeviceBuilder;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.operator.plan.DeviceProjector.Facts;
import dev.lpar.operator.plan.Fixtures.Blade;
import dev.lpar.operator.plan.StatusCondition.Truth;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VirtualFunctionPlannerTest {
  private static final DeviceObject CARD = offered("S1", "a");

  private static BladeDeviceBuilder card(int total, int present) {
    return function("S1", 3).totalVirtualFunctions(total).virtualFunctions(present);
  }

  private static DeviceIdentity slot(int number) {
    return new DeviceIdentity(null, null, null, "3/vf" + number, "144d:a808");
  }

  /** A virtual function of the card, which tells the card's serial number as its own. */
  private static BladeDeviceBuilder virtual(int number) {
    return function("S1", 3)
        .address("0000:03:00." + (number + 1))
        .slot("3/vf" + number)
        .iommuGroup(40 + number)
        .physicalFunction("0000:03:00.0");
  }

  private static DeviceObject virtualObject(int number) {
    return object("vf" + number, "a", slot(number), true, List.of());
  }

  private static DeviceIntent claimOfVirtual(int number) {
    return new DeviceIntent("port", "vf" + number, slot(number));
  }

  /** A card with so many virtual functions, all of them offered. */
  private static Blade divided(Integer wish, int total, int present) {
    var blade = blade("a").device(card(total, present), asking(CARD, wish));
    for (int i = 0; i < present; i++) {
      blade.device(virtual(i), virtualObject(i));
    }
    return blade;
  }

  private static Blade claimed(Blade blade, DeviceIntent... claims) {
    return blade.has(shared(1, 10, "1Gi").withDevices(List.of(claims)));
  }

  static Stream<Arguments> wishes() {
    var hostsOwn = virtual(0).hostUse("eth1 is up with addresses");
    var inGroup = function("S9", 9).iommuGroup(3);
    var busy = card(8, 0).problem("can't write 4");
    return Stream.of(
        arguments("none", divided(null, 8, 2), "", ""),
        arguments(
            "a number, not yet there",
            divided(4, 8, 0),
            "S1: 4",
            "False Pending: it has no virtual functions and is to have 4"),
        arguments(
            "a number that the blade refuses",
            blade("a").device(busy, asking(CARD, 4)),
            "S1: 4",
            "False Pending: it has no virtual functions and is to have 4: can't write 4"),
        arguments(
            "as many as there are",
            claimed(divided(1, 8, 1), claimOfVirtual(0)),
            "S1: 1",
            "True AsAsked: it has 1 virtual function"),
        arguments(
            "another number, none claimed",
            divided(4, 8, 2).told("S1", 2),
            "S1: 4",
            "False Pending: it has 2 virtual functions and is to have 4"),
        arguments(
            "another number, one claimed",
            claimed(divided(4, 8, 2), claimOfVirtual(1)).told("S1", 2),
            "S1: 2",
            "False VirtualFunctionsClaimed: vf1 is claimed by payments/lpar-1: the number changes"
                + " when no partition has one"),
        arguments(
            "to be taken away, one claimed, never told",
            claimed(divided(0, 8, 2), claimOfVirtual(1)),
            "",
            "False VirtualFunctionsClaimed: vf1 is claimed by payments/lpar-1: the number changes"
                + " when no partition has one"),
        arguments(
            "all gone with a reboot, one claimed",
            claimed(divided(2, 8, 0), claimOfVirtual(1)).told("S1", 2),
            "S1: 2",
            "False Pending: it has no virtual functions and is to have 2"),
        arguments(
            "fewer, all gone with a reboot, one claimed",
            claimed(divided(1, 8, 0), claimOfVirtual(1)).told("S1", 2),
            "S1: 2",
            "False VirtualFunctionsClaimed: vf1 is claimed by payments/lpar-1: the number changes"
                + " when no partition has one"),
        arguments(
            "another number, one needed by the host",
            blade("a").device(card(8, 1), asking(CARD, 2)).function(hostsOwn),
            "",
            "False HostCritical: the host needs the virtual function 0000:03:00.1: eth1 is up with"
                + " addresses"),
        arguments(
            "too many",
            divided(9, 8, 2).told("S1", 2),
            "S1: 2",
            "False TooMany: it can have at most 8"),
        arguments(
            "of a card that can't",
            divided(1, 0, 0),
            "",
            "False NotSupported: it can't have virtual functions"),
        arguments(
            "none of a card that can't",
            divided(0, 0, 0),
            "",
            "True AsAsked: it has no virtual functions"),
        arguments(
            "of a claimed card",
            claimed(divided(4, 8, 0), claim("hba", "S1")),
            "",
            "False Claimed: S1 is claimed by payments/lpar-1: the host must have it to divide it"),
        arguments(
            "of a card whose group is claimed",
            claimed(divided(4, 8, 0).device(inGroup, offered("S9", "a")), claim("hba", "S9")),
            "",
            "False Claimed: S9 is claimed by payments/lpar-1: the host must have it to divide it"),
        arguments(
            "of a card that is gone",
            blade("a").function(function("S2", 2)).object(asking(CARD, 4)).told("S1", 2),
            "S1: 2",
            "False NotFound: a has no device of this identity"),
        arguments(
            "without a report",
            divided(4, 8, 0).withoutReportOfDevices().told("S1", 2),
            "S1: 2",
            "Unknown BladeUnknown: there is no report of a blade a: is its Node labelled"
                + " lpar.dev/blade, its agent running?"),
        arguments("withdrawn", divided(null, 8, 2).told("S1", 2), "", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wishes")
  void theBladeIsToldWhatHarmsNobody(String name, Blade blade, String told, String condition) {
    var view = blade.view();
    var plan = VirtualFunctionPlanner.plan(view.inventory(), view.assigned());
    assertEquals(
        told,
        String.join(
            ", ",
            plan.stream().map(count -> count.passthroughDevice() + ": " + count.count()).toList()));
    var card = view.inventory().object("S1").orElseThrow();
    var facts = new Facts(card, 1, view.inventory(), view.assigned(), null, List.of());
    assertEquals(
        condition,
        StatusCondition.named(
                DeviceProjector.VIRTUAL_FUNCTIONS,
                DeviceProjector.project(facts, Instant.EPOCH).conditions())
            .map(c -> c.truth().word() + " " + c.reason() + ": " + c.message())
            .orElse(""));
  }

  @Test
  void ofTwoObjectsOfOneCardTheOneThatStandsForItIsTold() {
    var other = asking(object("younger", "a", serial("S1"), false, List.of()), 2);
    var view =
        blade("a").device(card(8, 0), asking(CARD, 4)).object(other).told("younger", 2).view();
    assertEquals(
        List.of("S1"),
        VirtualFunctionPlanner.plan(view.inventory(), view.assigned()).stream()
            .map(count -> count.passthroughDevice())
            .toList());
    assertEquals(
        Truth.FALSE,
        VirtualFunctionPlanner.decide(other, view.inventory(), List.of()).orElseThrow().truth());
  }

  @Test
  void aCardIsKnownBySerialNumberThoughItsVirtualFunctionsTellTheSame() {
    var inventory = divided(2, 8, 2).view().inventory();
    assertEquals("0000:03:00.0", inventory.only(CARD.identity()).orElseThrow().address());
    assertEquals(
        "0000:03:00.1",
        inventory.sighting(virtualObject(0)) instanceof Sighting.Found(var device)
            ? device.address()
            : "");
    var undeclared = new BladeInventory("a", inventory.reported(), List.of(CARD), List.of());
    assertEquals(
        List.of(slot(0), slot(1)),
        DeviceDiscovery.plan(undeclared, Set.of()).stream()
            .map(step -> ((DeviceStep.Discover) step).identity())
            .toList());
  }

  private static PlacementPlan place(Blade blade, String device) {
    return PlacementPlanner.plan(
        wish(shared(2, 10, "1Gi"), null, null, named("x", device)), fleet(blade));
  }

  private static void refused(Blade blade, String device, String why) {
    var plan = place(blade, device);
    assertTrue(
        plan instanceof PlacementPlan.NoPlace(_, var message) && message.contains(why),
        plan.toString());
  }

  @Test
  void aCardThatIsToBeDividedIsRefused() {
    refused(divided(4, 8, 0), "S1", "the host needs it: it is to have 4 virtual functions");
    refused(
        divided(null, 8, 0).told("S1", 2),
        "S1",
        "the host needs it: it is to have 2 virtual functions");
    assertTrue(place(divided(0, 8, 0), "S1") instanceof PlacementPlan.Assign);
    assertTrue(place(divided(4, 0, 0), "S1") instanceof PlacementPlan.Assign);
  }

  @Test
  void aVirtualFunctionIsRefusedWhileTheirNumberChanges() {
    refused(
        divided(2, 8, 1).told("S1", 2),
        "vf0",
        "the number of virtual functions of 0000:03:00.0 is being changed");
    assertTrue(place(divided(1, 8, 1).told("S1", 1), "vf0") instanceof PlacementPlan.Assign);
    assertTrue(place(divided(null, 8, 1), "vf0") instanceof PlacementPlan.Assign);
  }
}
