package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.function;
import static dev.lpar.operator.plan.Fixtures.object;
import static dev.lpar.operator.plan.Fixtures.offered;
import static dev.lpar.operator.plan.Fixtures.serial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.operator.plan.DeviceStep.Discover;
import dev.lpar.operator.plan.DeviceStep.Forget;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DeviceDiscoveryTest {
  private static final BladeDevice NVME = function("S1", 1).build();

  private static List<DeviceStep> plan(List<BladeDevice> reported, DeviceObject... objects) {
    return DeviceDiscovery.plan(
        new BladeInventory("blade-1", reported, Arrays.asList(objects), List.of()), Set.of());
  }

  /** As the operator made it, untouched since. */
  private static DeviceObject discovered(String name, DeviceIdentity identity) {
    return new DeviceObject(
        name, Map.of(), "blade-1", identity, false, List.of(), null, false, true, Instant.EPOCH);
  }

  private static DeviceIdentity slot(String slot) {
    return new DeviceIdentity(null, null, null, slot, "144d:a808");
  }

  @Test
  void anNvmeThatHasJustWokenUpIsWaitedForUntilItTellsWhatItIs() {
    var waking = function(null, 1).build();
    assertEquals(List.of(), plan(List.of(waking)));
    var awake = NVME;
    assertEquals(1, plan(List.of(awake)).size());
  }

  static Stream<Arguments> devices() {
    return Stream.of(
        arguments("NVMe", NVME, "blade-1-storage-s1", serial("S1")),
        arguments(
            "NVMe with a strange serial number",
            function("S_5 XYZ/1", 1).build(),
            "blade-1-storage-s-5-xyz-1",
            serial("S_5 XYZ/1")),
        arguments(
            "NVMe without a driver that would tell its serial number",
            function(null, 1).slot("2-1.0").driver(null).build(),
            "blade-1-storage-2-1-0-144d-a808",
            slot("2-1.0")),
        arguments(
            "host bus adapter",
            function(null, 1).kind("fibre-channel").wwn("50:06:0e:80:12:34:56:78").build(),
            "blade-1-fibre-channel-50060e8012345678",
            new DeviceIdentity(null, "50:06:0e:80:12:34:56:78", null, null, null)),
        arguments(
            "NIC",
            function("00-00-ff", 1).kind("nic").macAddress("52:54:00:12:34:56").build(),
            "blade-1-nic-525400123456",
            new DeviceIdentity(null, null, "52:54:00:12:34:56", null, null)),
        arguments(
            "virtual function, whose MAC address is the host's choice",
            function(null, 1)
                .kind("nic")
                .macAddress("52:54:00:12:34:56")
                .physicalFunction("0000:09:00.0")
                .slot("3.1")
                .build(),
            "blade-1-nic-3-1-144d-a808",
            slot("3.1")),
        arguments(
            "address of another form",
            function(null, 1).kind("nic").macAddress("80:00:02:08:fe:80:00:00").build(),
            "blade-1-nic-1-144d-a808",
            slot("1")),
        arguments(
            "of no known kind, way over bridges",
            function(null, 1).kind(null).slot("pci0000:00/1c.0/00.0").build(),
            "blade-1-other-pci0000-00-1c-0-00-0-144d-a808",
            slot("pci0000:00/1c.0/00.0")),
        arguments(
            "slot longer than the schema takes",
            function("D1", 1).kind("other").slot("x".repeat(65)).build(),
            "blade-1-other-d1",
            serial("D1")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("devices")
  void aDeviceGetsAnObjectByItsStrongestIdentity(
      String name, BladeDevice device, String object, DeviceIdentity identity) {
    var kind = device.kind() == null ? "other" : device.kind();
    assertEquals(List.of(new Discover(object, kind, "blade-1", identity)), plan(List.of(device)));
  }

  @Test
  void aSerialNumberThatSeveralFunctionsShareIsntEnough() {
    assertEquals(
        List.of(
            new Discover("blade-1-storage-1-144d-a808", "storage", "blade-1", slot("1")),
            new Discover("blade-1-storage-2-144d-a808", "storage", "blade-1", slot("2"))),
        plan(List.of(function("S1", 1).build(), function("S1", 2).build())));
  }

  @Test
  void aBridgeGetsNone() {
    assertEquals(List.of(), plan(List.of(function(null, 1).pciClass("060400").build())));
  }

  @Test
  void whatCantBeToldApartGetsNone() {
    assertEquals(
        List.of(),
        plan(List.of(function(null, 1).slot(null).build(), function(null, 2).slot(null).build())));
  }

  @Test
  void namesThatWouldBeTheSameAreToldApart() {
    var steps = plan(List.of(function("S-1", 1).build(), function("S_1", 2).build()));
    var names = steps.stream().map(step -> ((Discover) step).name()).toList();
    assertEquals("blade-1-storage-s-1", names.getFirst());
    assertTrue(names.getLast().matches("blade-1-storage-s-1-[0-9a-f]{8}"), names.getLast());
    // The object there is keeps its name, and the other one gets the same as before.
    assertEquals(
        List.of(steps.getLast()),
        plan(
            List.of(function("S_1", 2).build(), function("S-1", 1).build()),
            discovered("blade-1-storage-s-1", serial("S-1"))));
  }

  @Test
  void aLongNameIsCutAndStaysUnique() {
    var prefix = "S".repeat(60);
    var names =
        plan(List.of(function(prefix + "A", 1).build(), function(prefix + "B", 2).build())).stream()
            .map(step -> ((Discover) step).name())
            .toList();
    assertEquals(2, Set.copyOf(names).size());
    names.forEach(name -> assertTrue(name.matches("[a-z0-9-]{1,63}"), name));
  }

  @Test
  void oneDeclaredInAdvanceUnderAnyNameIsTheOne() {
    assertEquals(List.of(), plan(List.of(NVME), offered("S1", "blade-1")));
    assertEquals(
        List.of(), plan(List.of(NVME), object("archive", "blade-1", slot("1"), true, List.of())));
  }

  @Test
  void anIdentityOfTwoDevicesStandsForNeither() {
    var both = object("both", "blade-1", serial("S1"), true, List.of());
    assertEquals(2, plan(List.of(NVME, function("S1", 2).build()), both).size());
  }

  @Test
  void theSecondPassChangesNothing() {
    assertEquals(List.of(), plan(List.of(NVME), discovered("blade-1-storage-s1", serial("S1"))));
  }

  @Test
  void anAddressThatChangedIsTheSameObject() {
    assertEquals(
        List.of(),
        plan(List.of(function("S1", 9).build()), discovered("blade-1-storage-s1", serial("S1"))));
  }

  @Test
  void aDiscoveredOneGoesWithItsDevice() {
    var other = function("S2", 2).build();
    var object = discovered("blade-1-storage-s1", serial("S1"));
    var known = discovered("blade-1-storage-s2", serial("S2"));
    assertEquals(List.of(new Forget("blade-1-storage-s1")), plan(List.of(other), object, known));
    assertEquals(
        List.of(),
        DeviceDiscovery.plan(
            new BladeInventory("blade-1", List.of(other), List.of(object, known), List.of()),
            Set.of("blade-1-storage-s1")),
        "not while it is claimed");
  }

  @Test
  void whatAnAdministratorHasAWordInStays() {
    var other = function("S2", 2).build();
    var known = discovered("blade-1-storage-s2", serial("S2"));
    var edited =
        new DeviceObject(
            "blade-1-storage-s1",
            Map.of(),
            "blade-1",
            serial("S1"),
            false,
            List.of(),
            null,
            true,
            true,
            Instant.EPOCH);
    assertEquals(List.of(), plan(List.of(other), edited, known));
    assertEquals(List.of(), plan(List.of(other), offered("S1", "blade-1"), known));
  }

  @Test
  void aDiscoveredOneGivesWayToADeclaredOne() {
    var declared =
        new DeviceObject(
            "archive",
            Map.of(),
            "blade-1",
            serial("S1"),
            false,
            List.of(),
            null,
            true,
            false,
            Instant.EPOCH.plusSeconds(60));
    assertEquals(
        List.of(new Forget("blade-1-storage-s1")),
        plan(List.of(NVME), discovered("blade-1-storage-s1", serial("S1")), declared));
  }

  @Test
  void withoutAReportNothingIsMadeOrRemoved() {
    assertEquals(List.of(), plan(null, discovered("blade-1-storage-s1", serial("S1"))));
  }
}
