package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.function;
import static dev.lpar.operator.plan.Fixtures.object;
import static dev.lpar.operator.plan.Fixtures.offered;
import static dev.lpar.operator.plan.Fixtures.serial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.operator.plan.DeviceProjector.Facts;
import dev.lpar.operator.plan.DeviceProjector.Projection;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DeviceProjectorTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final BladeDevice NVME = function("S1", 1).build();
  private static final BladeDevice OTHER = function("S2", 2).build();
  private static final DeviceObject MINE = object("mine", "a", serial("S1"), true, List.of());

  private static BladeInventory inventory(List<BladeDevice> reported, DeviceObject... objects) {
    return new BladeInventory("a", reported, Arrays.asList(objects), List.of());
  }

  private static Projection project(DeviceObject object, BladeInventory inventory) {
    return DeviceProjector.project(
        new Facts(object, 1, inventory, List.of(), null, List.of()), NOW);
  }

  private static String condition(Projection projection, String type) {
    var condition = StatusCondition.named(type, projection.conditions()).orElseThrow();
    return condition.truth().word() + " " + condition.reason() + ": " + condition.message();
  }

  static Stream<Arguments> identities() {
    var hba =
        function(null, 3).wwn("50:06:0e:80:00:00:00:01").kind("fibre-channel").slot("3").build();
    var nic = function("D1", 4).macAddress("52:54:00:00:00:01").slot("4-0").build();
    var all = List.of(NVME, OTHER, hba, nic);
    return Stream.of(
        arguments("serial number", serial("S2"), all, OTHER),
        arguments(
            "WWN", new DeviceIdentity(null, "50:06:0e:80:00:00:00:01", null, null, null), all, hba),
        arguments(
            "MAC address",
            new DeviceIdentity(null, null, "52:54:00:00:00:01", null, null),
            all,
            nic),
        arguments(
            "slot and id", new DeviceIdentity(null, null, null, "2", "144d:a808"), all, OTHER),
        arguments(
            "all that is given must match",
            new DeviceIdentity("S1", null, null, "2", "144d:a808"),
            all,
            null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("identities")
  void aDeviceIsFoundByAnyOfItsIdentities(
      String name, DeviceIdentity identity, List<BladeDevice> all, BladeDevice expected) {
    var object = object("mine", "a", identity, true, List.of());
    assertEquals(expected, project(object, inventory(all, object)).device());
  }

  static Stream<Arguments> notReady() {
    var slot2 = new DeviceIdentity(null, null, null, "2", "144d:a808");
    var twin = function("S1", 7).build();
    var bridge = function(null, 5).pciClass("060400").kind("bridge").slot("5").build();
    var atBridge = new DeviceIdentity(null, null, null, "5", "144d:a808");
    var inGroup = function("S1", 1).iommuGroup(7).build();
    var needed = function("S3", 3).iommuGroup(7).hostUse("/ is mounted from nvme0n1p1").build();
    return Stream.of(
        arguments("gone", MINE, List.of(OTHER), "False NotFound: a has no device of this identity"),
        arguments(
            "identity of two devices",
            MINE,
            List.of(NVME, twin),
            "False Ambiguous: the identity matches 0000:01:00.0 and 0000:07:00.0: give more of it"),
        arguments(
            "a bridge",
            object("mine", "a", atBridge, true, List.of()),
            List.of(bridge, NVME),
            "False IsBridge: 0000:05:00.0 is a bridge: it carries other devices and isn't passed"
                + " through"),
        arguments(
            "unknown blade",
            MINE,
            null,
            "Unknown BladeUnknown: there is no report of a blade a: is its Node labelled"
                + " lpar.dev/blade, its agent running?"),
        arguments(
            "needed by the host",
            MINE,
            List.of(function("S1", 1).hostUse("/ is mounted from nvme0n1p1").build()),
            "False HostCritical: the host needs it: / is mounted from nvme0n1p1"),
        arguments(
            "a member of its group is needed",
            MINE,
            List.of(inGroup, needed),
            "False HostCritical: the host needs 0000:03:00.0 of its IOMMU group 7: / is mounted"
                + " from nvme0n1p1"),
        arguments(
            "has virtual functions",
            MINE,
            List.of(function("S1", 1).totalVirtualFunctions(8).virtualFunctions(4).build()),
            "False HostCritical: the host needs it: its 4 virtual functions live by its driver"),
        arguments(
            "no IOMMU",
            MINE,
            List.of(function("S1", 1).iommuGroup(null).build()),
            "False NoIommu: a has no IOMMU for it, so that a guest's device could write anywhere:"
                + " switch VT-d or AMD-Vi on in its firmware settings and on the kernel's command"
                + " line"),
        arguments(
            "no consent",
            object("mine", "a", slot2, false, List.of()),
            List.of(NVME, OTHER),
            "False NotOffered: not offered: set assignable: true in it"),
        arguments(
            "a problem",
            MINE,
            List.of(function("S1", 1).problem("nvme doesn't take it back").build()),
            "False DeviceProblem: nvme doesn't take it back"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notReady")
  void readySaysWhatIsWrong(
      String name, DeviceObject object, List<BladeDevice> reported, String ready) {
    assertEquals(ready, condition(project(object, inventory(reported, object)), "Ready"));
  }

  @Test
  void aDeviceThatIsThereOfferedAndHealthyIsReady() {
    var projection = project(MINE, inventory(List.of(NVME), MINE));
    assertEquals("True Found: 0000:01:00.0 on a", condition(projection, "Present"));
    assertEquals(
        "True Offered: partitions of all namespaces may claim it",
        condition(projection, "Assignable"));
    assertEquals("True NoProblem: no problem is reported", condition(projection, "Healthy"));
    assertEquals(
        "True Offered: partitions of all namespaces may claim it", condition(projection, "Ready"));
  }

  @Test
  void whatIsAbsentCantBeAssignedAndItsHealthIsUnknown() {
    var projection = project(MINE, inventory(List.of(OTHER), MINE));
    assertNull(projection.device());
    assertEquals(
        "False NotPresent: a has no device of this identity", condition(projection, "Assignable"));
    assertEquals(
        "Unknown NotPresent: a has no device of this identity", condition(projection, "Healthy"));
  }

  @Test
  void aProblemIsShownOfADeviceThatNobodyMayHave() {
    var object = object("mine", "a", serial("S1"), false, List.of());
    var projection =
        project(object, inventory(List.of(function("S1", 1).problem("stuck").build()), object));
    assertEquals("False DeviceProblem: stuck", condition(projection, "Healthy"));
    assertEquals(
        "False NotOffered: not offered: set assignable: true in it",
        condition(projection, "Assignable"));
  }

  @Test
  void theNamespacesThatMayHaveItAreNamed() {
    var object = object("mine", "a", serial("S1"), true, List.of("payments", "orders"));
    assertEquals(
        "True Offered: partitions of these namespaces may claim it: payments, orders",
        condition(project(object, inventory(List.of(NVME), object)), "Assignable"));
  }

  @Test
  void groupMembersAreTheOthersWithoutBridges() {
    var device = function("S1", 1).iommuGroup(7).build();
    var member = function("S2", 2).iommuGroup(7).build();
    var bridge = function(null, 3).iommuGroup(7).pciClass("060400").build();
    var projection = project(MINE, inventory(List.of(device, member, bridge, OTHER), MINE));
    assertEquals(List.of("0000:02:00.0"), projection.groupMembers());
  }

  @Test
  void ofTwoObjectsOfOneDeviceTheDeclaredOneThenTheOlderThenTheFirstByNameStandsForIt() {
    var discovered = discovered("a-storage-s1", "S1", Instant.EPOCH);
    var declared = offered("S1", "a");
    var inventory = inventory(List.of(NVME), discovered, declared);
    assertEquals(
        "False Duplicate: the PassthroughDevice S1 is the same device: delete one of them",
        condition(project(discovered, inventory), "Ready"));
    assertEquals(NVME, project(declared, inventory).device());

    var older = discovered("z", "S1", Instant.EPOCH);
    var newer = discovered("b", "S1", NOW);
    var sameAge = discovered("c", "S1", NOW);
    var third = inventory(List.of(NVME), newer, older, sameAge);
    assertEquals(NVME, project(older, third).device());
    assertEquals(
        "False Duplicate: the PassthroughDevice z is the same device: delete one of them",
        condition(project(sameAge, third), "Present"));
    assertEquals(NVME, project(newer, inventory(List.of(NVME), sameAge, newer)).device());
  }

  private static DeviceObject discovered(String name, String serial, Instant created) {
    var o = object(name, "a", serial(serial), false, List.of());
    return new DeviceObject(
        name, o.labels(), "a", o.identity(), false, List.of(), null, false, true, created);
  }

  @Test
  void ofASilentBladeTheLastReportIsShown() {
    var projection =
        DeviceProjector.project(
            new Facts(
                MINE, 1, inventory(List.of(NVME), MINE), List.of(), "no sign of life", List.of()),
            NOW);
    assertEquals(NVME, projection.device());
    assertEquals("True Found: 0000:01:00.0 on a", condition(projection, "Present"));
    assertEquals("Unknown AgentSilent: no sign of life", condition(projection, "Ready"));
  }

  @Test
  void aDateMovesOnlyWhenTheTruthChanges() {
    var later = NOW.plusSeconds(60);
    var before = project(MINE, inventory(List.of(NVME), MINE)).conditions();
    var moved = inventory(List.of(function("S1", 9).build()), MINE);
    var after = DeviceProjector.project(new Facts(MINE, 1, moved, List.of(), null, before), later);
    assertEquals("True Found: 0000:09:00.0 on a", condition(after, "Present"));
    assertEquals(
        List.of(NOW, NOW, NOW, NOW),
        after.conditions().stream().map(StatusCondition::since).toList());
  }
}
