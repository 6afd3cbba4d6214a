package dev.lpar.agent.systemd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.systemd.SystemdBus.Property;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitPropertiesTest {
  private static final LparId ID = new LparId("0c5a5b64-93a5-4b6f-9c37-1ef1bb4c1f3a");
  private static final UnitSpec UNIT = unit(List.of(Path.of("/boot/vmlinuz")));

  private static UnitSpec unit(List<Path> readable) {
    return new UnitSpec(
        ID,
        "payments/ledger",
        Path.of("/var/lib/lpar/qemu/10"),
        List.of("/usr/bin/qemu-system-x86_64", "-nodefaults"),
        List.of(Path.of("/run/lpar/" + ID)),
        readable,
        List.of(Path.of("/dev/kvm"), Path.of("/dev/nvme1n1")),
        List.of(106, 6),
        1L << 30,
        Path.of("/run/lpar/" + ID + "/qemu.log"),
        Duration.ofSeconds(5));
  }

  private final Map<String, Property> properties =
      UnitProperties.of(UNIT).stream().collect(Collectors.toMap(p -> p.name, p -> p));

  /** systemd refuses a property whose D-Bus type isn't the one it expects. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ExecStart            | a(sasb)
          BindPaths            | a(ssbt)
          BindReadOnlyPaths    | a(ssbt)
          DeviceAllow          | a(ss)
          SupplementaryGroups  | as
          RootDirectory        | s
          DynamicUser          | b
          CapabilityBoundingSet| t
          LimitMEMLOCK         | t
          MemorySwapMax        | t
          TimeoutStopUSec      | t
          OOMScoreAdjust       | i
          CPUWeight            | t
          Delegate             | b
          DelegateControllers  | as
          """)
  void propertiesHaveTheTypesOfSystemd(String name, String signature) {
    assertEquals(signature, properties.get(name).value.getSig());
  }

  @Test
  void theAgentMayDivideTheUnitsControlGroup() {
    assertEquals(true, properties.get("Delegate").value.getValue());
    assertEquals(List.of("cpu", "cpuset"), properties.get("DelegateControllers").value.getValue());
  }

  /** systemd's cpu_set_from_dbus: CPU 8 is the lowest bit of the second byte. */
  @Test
  void cpusAreALittleEndianMaskOfBytes() {
    var property = UnitProperties.allowedCpus(CpuSet.parse("0-1,8,15"));
    assertEquals("AllowedCPUs", property.name);
    assertEquals("ay", property.value.getSig());
    assertArrayEquals(new byte[] {3, (byte) 0x81}, (byte[]) property.value.getValue());
  }

  /** systemd takes an empty list as the order to forget all paths, those of BindPaths included. */
  @Test
  void noEmptyListOfPathsIsSent() {
    var names = UnitProperties.of(unit(List.of())).stream().map(p -> p.name).toList();
    assertTrue(names.contains("BindPaths"));
    assertFalse(names.contains("BindReadOnlyPaths"));
  }

  @Test
  void guestsHaveUsersOfTheirOwnWithNamesThatLinuxTakes() {
    var user = (String) properties.get("User").value.getValue();
    assertTrue(user.matches("[a-z][a-z0-9]{0,30}"), user);
    assertEquals("lp0c5a5b6493a54b6f9c371ef1bb4c1", user);
  }

  @Test
  void unitNamesAndPartitionsAreOneToOne() {
    assertEquals("lpar-" + ID + ".service", UNIT.name());
    assertEquals(ID, UnitSpec.idOf(UNIT.name()));
  }
}
