package dev.lpar.agent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.PciFunction;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On a server that has a bit of everything, and on machines recorded. */
class PciDevicesTest {
  @TempDir static Path server;
  @TempDir Path root;
  private static List<PciFunction> functions;

  @BeforeAll
  static void read() throws IOException {
    var files = RecordedTree.layOut("server", server);
    functions = PciDevices.read(files, new PciIds(files));
  }

  private static PciFunction at(List<PciFunction> functions, String address) {
    return functions.stream()
        .filter(function -> function.address().text().endsWith(address))
        .findFirst()
        .orElseThrow();
  }

  private static PciFunction at(String address) {
    return at(functions, address);
  }

  @Test
  void aFunctionIsKnownInFull() throws IOException {
    var recorded = PciDevices.read(RecordedTree.layOut("blade-vm", root));
    assertEquals(
        new PciFunction(
            new PciAddress("0000:00:03.0"),
            "010802",
            "storage",
            null,
            new DeviceIdentity("lpar-root", null, null, "pci0000:00/03.0", "1b36:0010"),
            3,
            null,
            List.of("flr", "bus"),
            "nvme",
            null,
            "/ is mounted from nvme1n1p1; /boot/efi is mounted from nvme1n1p15",
            null,
            0,
            0,
            false),
        at(recorded, "00:03.0"));
  }

  @Test
  void everyFunctionIsThereBridgesAmongThem() {
    assertEquals(34, functions.size());
    assertEquals(
        List.of("00:00.0", "00:1b.0", "00:1c.0", "00:1c.4", "00:1e.0", "00:1f.0"),
        functions.stream()
            .filter(PciFunction::bridge)
            .map(function -> function.address().text().substring(5))
            .filter(address -> address.startsWith("00:"))
            .toList());
  }

  @ParameterizedTest
  @CsvSource({
    "01:00.0, storage",
    "03:00.0, nic",
    "83:00.0, display",
    "00:1b.0, bridge",
    "84:00.0, accelerator",
    "00:14.0, usb",
    "81:00.0, fibre-channel",
    "00:16.3, other",
    "00:1f.4, other",
  })
  void kindsGoByClass(String address, String kind) {
    assertEquals(kind, at(address).kind());
  }

  @ParameterizedTest
  @CsvSource({"0b4000, accelerator", "0b3000, other", "0c0400, fibre-channel", "0c0500, other"})
  void someKindsGoBySubclass(String code, String kind) {
    assertEquals(kind, PciClass.kind(code));
  }

  @ParameterizedTest
  @CsvSource({
    // a device alone in its slot, one function of several, and a slot the firmware doesn't name
    "82:00.0, 5",
    "03:00.0, 1.0",
    "03:00.1, 1.1",
    "81:00.1, 2-1.1",
    "04:00.3, pci0000:00/1c.4/00.3",
    "01:00.0, pci0000:00/1b.0/00.0",
    "00:17.0, pci0000:00/17.0",
    // virtual functions are where their physical one is
    "82:00.1, 5/vf0",
    "82:01.0, 5/vf1",
    // 0, 0-1, 0-2: told apart by the kernel, in the order it finds them
    "83:00.0, pci0000:80/03.0/00.0",
    "84:00.0, pci0000:80/04.0/00.0",
  })
  void slotsAreTheFirmwaresOrTheWayOverBridges(String address, String slot) {
    assertEquals(slot, at(address).identity().slot());
  }

  @Test
  void theWayDoesNotChangeWithTheNumbersOfBuses() {
    assertEquals(
        "pci0000:00/1c.0/00.0/02.0/00.1",
        PciPath.of(
                "/sys/devices/pci0000:00/0000:00:1c.0/0000:05:00.0/0000:06:02.0/0000:07:00.1/net/eth0")
            .overBridges());
    assertEquals(
        "pci0000:00/0e.0/pci10000:e0/06.0/00.0",
        PciPath.of("../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0")
            .overBridges());
  }

  @ParameterizedTest
  @CsvSource({
    "01:00.0, S3W9NX0M200011, , ",
    "03:00.0, a0-36-9f-ff-ff-00-00-01, , a0:36:9f:00:00:01",
    "03:00.1, , , a0:36:9f:00:00:02",
    "81:00.0, , 10:00:00:90:fa:94:2f:6a, ",
    "81:00.1, , 10:00:00:90:fa:94:2f:6b, ",
    "84:00.0, , , ",
  })
  void identitiesAreWhatTheHardwareSays(
      String address, String serial, String wwn, String macAddress) {
    var identity = at(address).identity();
    assertEquals(serial, identity.serialNumber());
    assertEquals(wwn, identity.wwn());
    assertEquals(macAddress, identity.macAddress());
  }

  @Test
  void anUnboundNicIsKnownByItsSerialNumberAndAVirtioNicByItsAddress() throws IOException {
    var recorded = PciDevices.read(RecordedTree.layOut("blade-vm", root));
    assertEquals("52-54-00-ff-ff-4c-50-02", at(recorded, "04:00.0").identity().serialNumber());
    assertEquals("52:54:00:4c:50:01", at(recorded, "00:04.0").identity().macAddress());
  }

  @Test
  void anNvmeControllerWithoutItsDriverIsNotKnownByAnotherNumber() throws IOException {
    var files = RecordedTree.layOut("server", root);
    var dir = "sys/devices/pci0000:80/0000:80:05.0/0000:85:00.0/";
    Files.copy(
        root.resolve("sys/bus/pci/devices/0000:03:00.0/config"), root.resolve(dir + "config"));
    assertEquals("S4YNNE0N100222", at(PciDevices.read(files), "85:00.0").identity().serialNumber());
    Files.delete(root.resolve(dir + "nvme/nvme1/serial"));
    assertNull(at(PciDevices.read(files), "85:00.0").identity().serialNumber());
  }

  @Test
  void anAddressThatSoftwareHasSetIsNoIdentity() throws IOException {
    var nic = at(PciDevices.read(RecordedTree.layOut("two-sockets", root)), "3b:00.0");
    assertNull(nic.identity().macAddress());
    assertEquals("2-1", nic.identity().slot());
    assertEquals(1, nic.numaNode());
  }

  @Test
  void aConventionalBusIsOneGroupAndAMachineMayHaveNone() throws IOException {
    assertEquals(
        List.of("0000:00:1e.0", "0000:02:01.0", "0000:02:02.0"),
        functions.stream()
            .filter(function -> Integer.valueOf(8).equals(function.iommuGroup()))
            .map(function -> function.address().text())
            .toList());
    var recorded = PciDevices.read(RecordedTree.layOut("cloud-vm", root));
    assertTrue(recorded.stream().allMatch(function -> function.iommuGroup() == null));
    assertEquals(6, recorded.size());
  }

  @Test
  void aDeviceTakenFromTheHostShowsIt() {
    var taken = at("84:00.0");
    assertEquals("vfio-pci", taken.driver());
    assertEquals("vfio-pci", taken.driverOverride());
    assertNull(at("01:00.0").driverOverride());
  }

  @Test
  void virtualFunctionsNameTheirPhysicalOne() {
    assertEquals(8, at("82:00.0").totalVirtualFunctions());
    assertEquals(2, at("82:00.0").virtualFunctions());
    assertNull(at("82:00.0").physicalFunction());
    assertEquals(new PciAddress("0000:82:00.0"), at("82:01.0").physicalFunction());
  }

  @Test
  void resetMethodsAreTheKernels() throws IOException {
    assertEquals(List.of("pm"), at("02:01.0").resetMethods());
    assertEquals(List.of(), at("02:02.0").resetMethods());
    assertEquals(List.of(), at("00:18.0").resetMethods());
    var files = RecordedTree.layOut("two-sockets", root);
    Files.createFile(root.resolve("sys/bus/pci/devices/0000:3b:00.0/reset"));
    assertEquals(List.of("reset"), at(PciDevices.read(files), "3b:00.0").resetMethods());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "83:00.0 | NVIDIA Corporation GV100GL [Tesla V100 PCIe 16GB]",
        "81:00.1 | Emulex Corporation LPe31000/LPe32000 Series 16Gb/32Gb Fibre Channel Adapter",
        "84:00.0 | Habana Labs Ltd. Device 1000",
        "03:00.0 | Intel Corporation Device 1521",
        "01:00.0 | ",
      })
  void namesAreThoseOfPciIds(String address, String description) {
    assertEquals(description, at(address).description());
  }

  @Test
  void pciIdsIsReadAgainOnlyForWhatIsNew() throws IOException {
    var ids = new PciIds(RecordedTree.layOut("server", root));
    ids.lookUp(Set.of("10de:1db4"));
    Files.writeString(root.resolve("usr/share/misc/pci.ids"), "10df  Emulex\n\te300  HBA\n");
    ids.lookUp(Set.of("10de:1db4"));
    assertEquals("NVIDIA Corporation GV100GL [Tesla V100 PCIe 16GB]", ids.name("10de:1db4"));
    ids.lookUp(Set.of("10df:e300"));
    assertEquals("Emulex HBA", ids.name("10df:e300"));
  }

  @Test
  void whereDebianHasNoPciIdsOthersHave() throws IOException {
    Files.createDirectories(root.resolve("usr/share/hwdata"));
    Files.writeString(root.resolve("usr/share/hwdata/pci.ids"), "10df  Emulex\n\te300  HBA\n");
    var ids = new PciIds(new HostFiles(root));
    ids.lookUp(Set.of("10df:e300"));
    assertEquals("Emulex HBA", ids.name("10df:e300"));
  }
}
