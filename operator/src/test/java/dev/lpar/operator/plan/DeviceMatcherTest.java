package dev.lpar.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.api.v1alpha1.BladeDeviceBuilder;
import dev.lpar.api.v1alpha1.PassthroughDeviceSpec.Identity;
import dev.lpar.operator.plan.DeviceMatcher.Match;
import dev.lpar.operator.plan.DeviceMatcher.Search;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceMatcherTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final BladeDevice NVME =
      device("0000:01:00.0").serialNumber("S1").pciId("144d:a808").slot("1").build();
  private static final BladeDevice OTHER_NVME =
      device("0000:02:00.0").serialNumber("S2").pciId("144d:a808").slot("2").build();
  private static final BladeDevice PORT_A =
      device("0000:03:00.0").macAddress("52:54:00:00:00:01").slot("3").build();
  private static final BladeDevice PORT_B =
      device("0000:03:00.1").macAddress("52:54:00:00:00:02").slot("3").build();
  private static final List<BladeDevice> ALL = List.of(NVME, OTHER_NVME, PORT_A, PORT_B);

  private static BladeDeviceBuilder device(String address) {
    return BladeDeviceBuilder.builder().address(address).pciId("8086:1572").pciClass("020000");
  }

  private static Match match(Identity identity, List<BladeDevice> reported, String silent) {
    return DeviceMatcher.match(
        new Search("blade-1", identity, 1, reported, silent, List.of()), NOW);
  }

  private static String condition(Match match, String type) {
    var condition = StatusCondition.named(type, match.conditions()).orElseThrow();
    return condition.truth().word() + " " + condition.reason() + ": " + condition.message();
  }

  @Test
  void aDeviceIsFoundByAnyOfItsIdentities() {
    assertEquals(NVME, match(new Identity("S1", null, null, null), ALL, null).device());
    assertEquals(
        PORT_B, match(new Identity(null, "52:54:00:00:00:02", null, null), ALL, null).device());
    assertEquals(OTHER_NVME, match(new Identity(null, null, "2", "144d:a808"), ALL, null).device());
    assertEquals(
        "True Found: 0000:01:00.0 on blade-1",
        condition(match(new Identity("S1", null, null, null), ALL, null), "Ready"));
  }

  @Test
  void everyFieldGivenMustMatch() {
    var match = match(new Identity("S1", null, "2", "144d:a808"), ALL, null);
    assertNull(match.device());
    assertEquals(
        "False NotFound: blade-1 has no device of this identity", condition(match, "Present"));
  }

  @Test
  void anIdentityOfTwoDevicesIsAmbiguousAndNamesBoth() {
    var match = match(new Identity(null, null, "3", "8086:1572"), ALL, null);
    assertNull(match.device());
    assertEquals(
        "False Ambiguous: the identity matches 0000:03:00.0 and 0000:03:00.1: give more of it",
        condition(match, "Present"));
  }

  @Test
  void withoutAReportOfTheBladeNothingIsKnown() {
    assertEquals(
        "Unknown BladeUnknown: there is no report of a blade blade-1: is its Node labelled"
            + " lpar.dev/blade, its agent running?",
        condition(match(new Identity("S1", null, null, null), null, null), "Ready"));
  }

  @Test
  void ofASilentBladeTheLastReportIsShown() {
    var match = match(new Identity("S1", null, null, null), ALL, "no sign of life");
    assertEquals(NVME, match.device());
    assertEquals("True Found: 0000:01:00.0 on blade-1", condition(match, "Present"));
    assertEquals("Unknown AgentSilent: no sign of life", condition(match, "Ready"));
  }
}
