package dev.lpar.agent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.observe.DeviceHolders.Holder;
import dev.lpar.agent.observe.DeviceHolders.Node;
import dev.lpar.linux.DeviceNumber;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Open files are links, here to nodes that every machine has: null is 1:3, full is 1:7. */
class DeviceHoldersTest {
  private static final PciAddress NVME = new PciAddress("0000:01:00.0");
  private static final PciAddress SHARED_NVME = new PciAddress("0000:85:00.0");
  private static final PciAddress TAKEN = new PciAddress("0000:84:00.0");
  private static final String NVME_DIR =
      "sys/devices/pci0000:00/0000:00:1b.0/0000:01:00.0/nvme/nvme0/";

  @TempDir Path root;
  private DeviceHolders holders;

  @BeforeEach
  void layOut() throws IOException {
    holders = new DeviceHolders(RecordedTree.layOut("server", root));
  }

  private void process(int pid, String command, String... opened) throws IOException {
    var dir = Files.createDirectories(root.resolve("proc/" + pid + "/fd"));
    Files.writeString(root.resolve("proc/" + pid + "/comm"), command + "\n");
    for (int i = 0; i < opened.length; i++) {
      Files.createSymbolicLink(dir.resolve(Integer.toString(i)), Path.of(opened[i]));
    }
  }

  private void number(String path, String number) throws IOException {
    Files.writeString(root.resolve(path), number + "\n");
  }

  @Test
  void theNodesOfAFunctionAreAllBelowIt() {
    assertEquals(
        Set.of(
            new Node("/dev/nvme0", new DeviceNumber(false, 240, 0)),
            new Node("/dev/nvme0n1", new DeviceNumber(true, 259, 0)),
            new Node("/dev/nvme0n1p1", new DeviceNumber(true, 259, 1)),
            new Node("/dev/nvme0n1p2", new DeviceNumber(true, 259, 2))),
        Set.copyOf(holders.nodes(NVME)));
  }

  @Test
  void aNamespaceOfTheSubsystemAndTheVfioGroupAreNodesToo() {
    assertEquals(
        List.of(new Node("/dev/nvme1n1", new DeviceNumber(true, 259, 8))),
        holders.nodes(SHARED_NVME));
    assertEquals(
        List.of(new Node("/dev/vfio/33", new DeviceNumber(false, 1, 5))), holders.nodes(TAKEN));
  }

  @Test
  void whoHasANodeOpenIsNamed() throws IOException {
    number(NVME_DIR + "dev", "1:3");
    process(77, "smartd", "/dev/zero", "/dev/null", "/dev/null", "socket:[123]", "/no/such/file");
    process(78, "sleep", "/dev/zero");
    assertEquals(List.of(new Holder(77, "smartd", "/dev/null")), holders.of(NVME));
  }

  @Test
  void anotherNameOfTheNodeIsTheSameNode() throws IOException {
    number(NVME_DIR + "dev", "1:7");
    var other = Files.createSymbolicLink(root.resolve("volume"), Path.of("/dev/full"));
    process(77, "qemu", other.toString());
    assertEquals(List.of(new Holder(77, "qemu", other.toString())), holders.of(NVME));
  }

  @Test
  void aBlockDeviceIsNoCharacterDeviceOfTheSameNumber() throws IOException {
    number(NVME_DIR + "nvme0n1/dev", "1:3");
    process(77, "cat", "/dev/null");
    assertEquals(List.of(), holders.of(NVME));
  }

  @Test
  void aFunctionWithoutNodesOrThatIsGoneIsHeldByNobody() throws IOException {
    process(77, "cat", "/dev/null");
    assertEquals(List.of(), holders.of(new PciAddress("0000:00:1f.4")));
    assertEquals(List.of(), holders.of(new PciAddress("0000:ff:00.0")));
  }
}
