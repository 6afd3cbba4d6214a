package dev.lpar.agent.host;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.HeldDevice;
import dev.lpar.agent.plan.PciFunction;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written to sysfs, and what is refused before anything is; the kernel is missing here. */
class SysfsDevicesTest {
  private static final PciAddress DEVICE = new PciAddress("0000:01:00.0");
  private static final DeviceIdentity IDENTITY =
      new DeviceIdentity("S1", null, null, "1", "1b36:0010");

  @TempDir Path root;

  private Path pci;
  private Path ledger;
  private String hostUse;
  private final Map<PciAddress, String> holders = new HashMap<>();
  private final List<String> modules = new ArrayList<>();
  private SysfsDevices devices;

  @BeforeEach
  void aFunctionWithItsDriver() throws IOException {
    pci = root.resolve("sys/bus/pci");
    ledger = root.resolve("run/lpar/devices");
    Files.createDirectories(pci.resolve("devices").resolve(DEVICE.text()));
    Files.createDirectories(pci.resolve("drivers/nvme"));
    write("devices/" + DEVICE + "/driver_override", "(null)\n");
    write("drivers_probe", "");
    driver("nvme");
    devices =
        new SysfsDevices(
            root.resolve("sys"),
            ledger,
            new SysfsDevices.Looks(
                () -> List.of(function()),
                address -> Optional.ofNullable(holders.get(address)),
                modules::add));
  }

  private PciFunction function() {
    return new PciFunction(
        DEVICE,
        "010802",
        "storage",
        null,
        IDENTITY,
        14,
        null,
        List.of("flr"),
        "nvme",
        null,
        hostUse,
        null,
        0,
        0,
        false);
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(pci.resolve(file), text);
  }

  private String read(String file) throws IOException {
    return Files.readString(pci.resolve(file));
  }

  private void driver(String name) throws IOException {
    var link = pci.resolve("devices").resolve(DEVICE.text()).resolve("driver");
    Files.deleteIfExists(link);
    if (name != null) {
      Files.createSymbolicLink(link, pci.resolve("drivers").resolve(name));
    }
  }

  private static HeldDevice entry(String problem) {
    return new HeldDevice(DEVICE, IDENTITY, "nvme", null, A, problem);
  }

  @Test
  void whatIsWrittenDownIsReadByTheNextAgent() {
    devices.hold(entry(null));
    assertEquals(Map.of(DEVICE, entry(null)), devices.held());
    devices.hold(entry("it can't be reset"));
    assertEquals(Map.of(DEVICE, entry("it can't be reset")), devices.held());
    devices.forget(entry("it can't be reset"));
    assertEquals(Map.of(), devices.held());
    assertFalse(Files.exists(ledger), "no folder is left when nothing is held");
  }

  /** The blade's lane may come to it only after a partition's lane has taken the device again. */
  @Test
  void whatIsHeldAnewIsNotForgotten() {
    var givenBack = entry(null).givenBack(null);
    devices.hold(givenBack);
    devices.hold(entry(null));
    devices.forget(givenBack);
    assertEquals(Map.of(DEVICE, entry(null)), devices.held());
  }

  @Test
  void aBrokenEntryIsPassedOver() throws IOException {
    devices.hold(entry(null));
    Files.writeString(ledger.resolve("0000:02:00.0.json"), "{");
    Files.writeString(ledger.resolve("notes.txt"), "");
    assertEquals(Map.of(DEVICE, entry(null)), devices.held());
  }

  @Test
  void whatIsHeldForOnePartitionIsRefusedToAnother() {
    devices.hold(entry(null));
    var other = new HeldDevice(DEVICE, IDENTITY, "nvme", null, B, null);
    var refusal = assertThrows(HostException.class, () -> devices.hold(other));
    assertTrue(refusal.getMessage().contains(A.text()), refusal.getMessage());
    assertEquals(A, devices.held().get(DEVICE).partition());
  }

  @Test
  void theOverrideIsSetAndTakenAway() throws IOException {
    devices.override(DEVICE, "vfio-pci");
    assertEquals("vfio-pci", read("devices/" + DEVICE + "/driver_override"));
    assertEquals("vfio-pci", devices.refresh(function()).driverOverride());
    devices.override(DEVICE, null);
    assertNull(devices.refresh(function()).driverOverride());
  }

  @Test
  void aFunctionThatTheHostCameToNeedStaysWithIt() throws IOException {
    hostUse = "/data is mounted from nvme1n1";
    var refusal = assertThrows(HostException.class, () -> devices.takeFromHost(DEVICE, "nvme"));
    assertTrue(refusal.getMessage().contains("/data"), refusal.getMessage());
    assertFalse(Files.exists(pci.resolve("drivers/nvme/unbind")), "nothing was written");
  }

  @Test
  void aFunctionThatAProcessHasOpenStaysWithIt() {
    holders.put(DEVICE, "the process 42 (postgres) has /dev/nvme1n1 open");
    var refusal = assertThrows(HostException.class, () -> devices.takeFromHost(DEVICE, "nvme"));
    assertTrue(refusal.getMessage().contains("42 (postgres)"), refusal.getMessage());
    assertFalse(Files.exists(pci.resolve("drivers/nvme/unbind")), "nothing was written");
  }

  @Test
  void aDriverIsAskedOnceToLetGo() throws IOException {
    devices.takeFromHost(DEVICE, "nvme");
    assertEquals(DEVICE.text(), read("drivers/nvme/unbind"));
    driver(null);
    Files.delete(pci.resolve("drivers/nvme/unbind"));
    devices.takeFromHost(DEVICE, "nvme");
    assertFalse(Files.exists(pci.resolve("drivers/nvme/unbind")), "it has let go already");
  }

  @Test
  void vfioIsLoadedWhereItIsMissing() throws IOException {
    write("devices/" + DEVICE + "/driver_override", "vfio-pci\n");
    driver("vfio-pci");
    devices.probe(DEVICE);
    assertEquals(List.of("vfio-pci"), modules);
  }

  @Test
  void whatTheKernelDoesNotBindIsRefusedWithTheDriverItHas() throws IOException {
    Files.createDirectories(pci.resolve("drivers/vfio-pci"));
    write("devices/" + DEVICE + "/driver_override", "vfio-pci\n");
    driver(null);
    var refusal = assertThrows(HostException.class, () -> devices.probe(DEVICE));
    assertEquals(DEVICE.text(), read("drivers_probe"));
    assertTrue(refusal.getMessage().contains("its driver is none"), refusal.getMessage());
  }

  @Test
  void aFailedResetIsWrittenDownAsAProblemUntilOneSucceeds() throws IOException {
    devices.hold(entry(null));
    Files.createDirectory(pci.resolve("devices").resolve(DEVICE.text()).resolve("reset"));
    devices.reset(DEVICE);
    assertTrue(devices.held().get(DEVICE).problem().contains("can't be reset"));
    Files.delete(pci.resolve("devices").resolve(DEVICE.text()).resolve("reset"));
    devices.reset(DEVICE);
    assertNull(devices.held().get(DEVICE).problem());
  }

  @Test
  void whatItsDriverHasAgainIsNoPartitionsAndHasNoProblem() {
    devices.hold(entry(null));
    devices.giveBack(DEVICE);
    assertNull(devices.held().get(DEVICE).partition());
    assertNull(devices.held().get(DEVICE).problem());
  }

  @Test
  void whatItsDriverDoesNotTakeIsKeptInMindWithoutThePartition() throws IOException {
    devices.hold(entry(null));
    driver(null);
    devices.giveBack(DEVICE);
    var stranded = devices.held().get(DEVICE);
    assertNull(stranded.partition());
    assertTrue(stranded.problem().contains("nvme hasn't taken it back"), stranded.problem());
  }

  /** A pipe without a reader blocks its writer, as a driver that doesn't let go does. */
  @Test
  void aWriteThatBlocksIsLeftAloneAndNotBegunTwice() throws Exception {
    var pipe = root.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    var writes = new PatientWrite(Duration.ofMillis(50));
    assertFalse(writes.write(pipe, "once"));
    assertFalse(writes.write(pipe, "once"));
    assertEquals("once", Files.readString(pipe));
    for (int i = 0; i < 100 && !writes.write(root.resolve("other"), "x"); i++) {
      Thread.sleep(10);
    }
    assertEquals("x", Files.readString(root.resolve("other")));
  }
}
