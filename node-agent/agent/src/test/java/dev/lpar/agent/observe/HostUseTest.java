package dev.lpar.agent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.plan.PciFunction;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostUseTest {
  /** As recorded; the tests that change something lay out one of their own. */
  @TempDir static Path recorded;

  private static Map<PciAddress, Optional<String>> uses;

  @TempDir Path root;

  @BeforeAll
  static void read() throws IOException {
    uses =
        PciDevices.read(RecordedTree.layOut("server", recorded)).stream()
            .collect(
                Collectors.toMap(
                    PciFunction::address, function -> Optional.ofNullable(function.hostUse())));
  }

  private void layOut() throws IOException {
    RecordedTree.layOut("server", root);
  }

  private String use(String address) {
    return PciDevices.read(new HostFiles(root)).stream()
        .filter(function -> function.address().equals(new PciAddress("0000:" + address)))
        .findFirst()
        .orElseThrow()
        .hostUse();
  }

  private void write(String path, String text) throws IOException {
    Files.writeString(root.resolve(path), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "00:00.0 | it is part of the chipset: a host bridge",
        "00:1f.0 | it is part of the chipset: an ISA bridge",
        "00:1b.0 | it is a PCI bridge",
        "00:1e.0 | it is a PCI bridge",
        "00:16.3 | the host's console is on ttyS4",
        "01:00.0 | / is mounted from vg-root (LVM), which uses nvme0n1p2; /boot/efi is mounted from nvme0n1p1",
        "00:17.0 | /srv is mounted from md0, which uses sda",
        "00:18.0 | sdb is part of md1",
        "00:14.0 | /mnt/two disks is mounted from sdc",
        "00:14.5 | /mnt/two disks is mounted from sdd1",
        "81:00.0 | sde is part of mpatha (multipath)",
        "85:00.0 | /data is mounted from nvme1n1",
        "03:00.0 | eno1 is a port of the bridge br0, and the default route goes over br0",
        "03:00.1 | eno2 is part of the bond bond0",
        "04:00.0 | the VLAN eno3.100 is on eno3",
        "04:00.1 | eno4 is up and has an IPv6 address",
        "83:00.0 | the host's console is on it",
        "82:00.0 | it has 2 virtual functions",
      })
  void whatTheHostNeedsSaysWhatFor(String address, String words) {
    assertEquals(Optional.of(words), uses.get(new PciAddress("0000:" + address)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00:1f.4", // a controller without anything below it
        "02:01.0", // shares its group with a bridge: that is for the plan
        "04:00.2", // up, with the address that every interface gives itself
        "04:00.3", // down
        "81:00.1", // a port without disks
        "82:00.1", // a virtual function
        "84:00.0", // taken from the host
      })
  void whatItCanDoWithoutSaysNothing(String address) {
    assertEquals(Optional.empty(), uses.get(new PciAddress("0000:" + address)));
  }

  @Test
  void swapCountsWhenNothingIsMounted() throws IOException {
    layOut();
    write("proc/1/mountinfo", "");
    assertEquals("swap is on vg-swap (LVM), which uses nvme0n1p2", use("01:00.0"));
  }

  @Test
  void aDirectRouteAndTheDefaultRoute() throws IOException {
    layOut();
    var head = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n";
    write("proc/1/net/route", head + "eno5 0000A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0\n");
    assertEquals("eno5 is up and has routes", use("04:00.2"));
    write("proc/1/net/route", head + "eno5 00000000 0100A8C0 0003 0 0 0 00000000 0 0 0\n");
    assertEquals("the default route goes over eno5", use("04:00.2"));
    write("proc/1/net/route", head + "eno5 00000000 0100A8C0 0203 0 0 0 00000000 0 0 0\n");
    assertEquals(null, use("04:00.2"));
  }

  @Test
  void theDefaultRouteOfIpv6Counts() throws IOException {
    layOut();
    var none = "0".repeat(32);
    write(
        "proc/1/net/ipv6_route",
        none + " 00 " + none + " 00 fe80" + "0".repeat(28) + " 400 1 0 00450003     eno5\n");
    assertEquals("the default route goes over eno5", use("04:00.2"));
  }

  @Test
  void whatCannotBeReadIsTakenForUsed() throws IOException {
    layOut();
    Files.delete(root.resolve("proc/1/mountinfo"));
    Files.delete(root.resolve("proc/1/net/route"));
    assertEquals(
        "whether nvme1n1 is mounted isn't known: /proc/1/mountinfo can't be read", use("85:00.0"));
    assertEquals("eno5 is up, and /proc/1/net/route can't be read", use("04:00.2"));
    assertEquals(null, use("04:00.3"));
  }

  @Test
  void mountsOfNamesInAnotherEncodingCount() throws IOException {
    layOut();
    Files.write(
        root.resolve("proc/1/mountinfo"),
        new byte[] {
          '4',
          ' ',
          '3',
          ' ',
          '2',
          '5',
          '9',
          ':',
          '8',
          ' ',
          '/',
          ' ',
          '/',
          (byte) 0xe9,
          ' ',
          'r',
          'w',
          ' ',
          '-',
          ' ',
          'x',
          ' ',
          'y'
        });
    assertEquals("/\ufffd is mounted from nvme1n1", use("85:00.0"));
  }

  @Test
  void aConsoleOnTheFirstTerminalIsOnTheDisplay() throws IOException {
    layOut();
    write("sys/class/vtconsole/vtcon1/bind", "0\n");
    assertEquals(null, use("83:00.0"));
    write("proc/consoles", "tty0                 -WU (EC  p  )    4:2\n");
    assertEquals("the host's console is on it", use("83:00.0"));
    write("sys/bus/pci/devices/0000:83:00.0/boot_vga", "0\n");
    assertEquals(null, use("83:00.0"));
  }

  @Test
  void ofManyReasonsTheFirstAreTold() throws IOException {
    layOut();
    var disk = "sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/";
    var mounts = new StringBuilder("1 2 8:5 / / rw - ext4 /dev/sda5 rw\n");
    for (int i = 1; i <= 5; i++) {
      Files.createDirectories(root.resolve(disk + "sda" + i));
      write(disk + "sda" + i + "/dev", "8:" + i);
      Files.createSymbolicLink(
          root.resolve("sys/class/block/sda" + i),
          Path.of("../../" + disk.substring("sys/".length()) + "sda" + i));
      mounts.append("1 2 8:" + i + " / /mnt/" + i + " rw - ext4 /dev/sda" + i + " rw\n");
    }
    write("proc/1/mountinfo", mounts.toString());
    assertEquals(
        "/ is mounted from sda5; /mnt/1 is mounted from sda1; /mnt/2 is mounted from sda2;"
            + " and 3 more",
        use("00:17.0"));
  }

  @Test
  void aControllerIsNeededForThoseBelowIt() throws IOException {
    layOut();
    var vmd = "sys/devices/pci0000:00/0000:00:0e.0/";
    var disk = vmd + "pci10000:e0/10000:e0:06.0/10000:e1:00.0/nvme/nvme9/nvme9n1/";
    Files.createDirectories(root.resolve(disk));
    write(disk + "dev", "259:8");
    Files.createSymbolicLink(
        root.resolve("sys/class/block/nvme9n1"),
        Path.of("../../" + disk.substring("sys/".length())));
    assertEquals(
        Optional.of("/data is mounted from nvme9n1"),
        HostUse.read(new HostFiles(root)).of(new PciAddress("0000:00:0e.0")));
  }
}
