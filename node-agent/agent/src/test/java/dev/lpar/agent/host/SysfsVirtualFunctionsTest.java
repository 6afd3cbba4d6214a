package dev.lpar.agent.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.HeldDevice;
import dev.lpar.agent.plan.Intents;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SysfsVirtualFunctionsTest {
  private static final PciAddress PHYSICAL = new PciAddress("0000:01:00.0");
  private static final PciAddress VIRTUAL = new PciAddress("0000:01:00.1");
  private static final String UNTOUCHED = "untouched";

  @TempDir Path root;
  private final Map<PciAddress, String> holders = new HashMap<>();
  private DeviceLedger ledger;
  private SysfsVirtualFunctions functions;
  private Path folder;

  @BeforeEach
  void aFunctionThatHasOneVirtualOne() throws IOException {
    folder = Files.createDirectories(root.resolve("devices").resolve(PHYSICAL.text()));
    Files.createSymbolicLink(folder.resolve("virtfn0"), Path.of("../" + VIRTUAL));
    Files.createDirectory(folder.resolve("driver"));
    Files.writeString(folder.resolve("sriov_numvfs"), UNTOUCHED);
    ledger = new DeviceLedger(root.resolve("ledger"));
    functions =
        new SysfsVirtualFunctions(
            root.resolve("devices"), ledger, device -> Optional.ofNullable(holders.get(device)));
  }

  private String written() throws IOException {
    return Files.readString(folder.resolve("sriov_numvfs"));
  }

  private void refused(String why) throws IOException {
    var refusal = assertThrows(HostException.class, () -> functions.set(PHYSICAL, 3));
    assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
    assertEquals(UNTOUCHED, written());
  }

  private void hold(PciAddress device) {
    var identity = new DeviceIdentity(null, null, null, "1", "1b36:0010");
    ledger.write(new HeldDevice(device, identity, "nvme", null, Intents.A, null));
  }

  @Test
  void theNumberIsWritten() throws IOException {
    functions.set(PHYSICAL, 3);
    assertEquals("3", written());
    functions.set(PHYSICAL, 0);
    assertEquals("0", written());
  }

  @Test
  void aNumberThatIsThereAlreadyIsLeftAlone() throws IOException {
    functions.set(PHYSICAL, 1);
    assertEquals(UNTOUCHED, written());
  }

  @Test
  void nothingIsTakenFromAPartition() throws IOException {
    hold(VIRTUAL);
    refused(VIRTUAL + " is held for the partition " + Intents.A);
    ledger.remove(VIRTUAL);
    hold(PHYSICAL);
    refused(PHYSICAL + " is held for the partition");
  }

  @Test
  void nothingIsTakenFromAProcess() throws IOException {
    holders.put(VIRTUAL, "qemu (pid 4) has /dev/vfio/7 open");
    refused("the virtual function 0000:01:00.1: qemu (pid 4)");
  }

  @Test
  void withoutADriverItIsSaidThatOneIsNeeded() throws IOException {
    Files.delete(folder.resolve("driver"));
    refused("no driver has 0000:01:00.0");
  }

  @Test
  void whatTheKernelAnswersIsSaid() throws IOException {
    Files.delete(folder.resolve("sriov_numvfs"));
    Files.createDirectory(folder.resolve("sriov_numvfs"));
    var refusal = assertThrows(HostException.class, () -> functions.set(PHYSICAL, 3));
    assertTrue(
        refusal.getMessage().startsWith("can't have 0000:01:00.0 have 3 virtual functions: "),
        refusal.getMessage());
  }
}
