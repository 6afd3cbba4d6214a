package dev.lpar.qemu.args;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.qemu.args.GuestConfig.Disk;
import dev.lpar.qemu.args.GuestConfig.Firmware;
import dev.lpar.qemu.args.GuestConfig.Memory;
import dev.lpar.qemu.args.GuestConfig.Pages;
import dev.lpar.qemu.args.GuestConfig.Processors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class QemuCommandLineTest {
  private static final String ID = "0c5a5b64-93a5-4b6f-9c37-1ef1bb4c1f3a";
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  private static GuestConfig guest(Firmware firmware, Pages pages, Disk... disks) {
    return guest(new Processors.Shared(4), new Memory(16L << 30, pages, null), firmware, disks);
  }

  private static GuestConfig guest(
      Processors processors, Memory memory, Firmware firmware, Disk... disks) {
    return new GuestConfig(
        "payments/ledger",
        processors,
        memory,
        firmware,
        List.of(disks),
        ID,
        "SN-1",
        "/run/lpar/" + ID);
  }

  static Stream<Arguments> guests() {
    return Stream.of(
        Arguments.of(
            "direct",
            guest(
                new Firmware.Direct("/boot/vmlinuz", "/boot/initrd", "console=ttyS0"),
                Pages.SIZE_4KI)),
        Arguments.of(
            "uefi",
            guest(
                new Firmware.Uefi("/var/lib/lpar/partitions/" + ID + "/vars.fd"),
                Pages.SIZE_2MI,
                new Disk("root", "/dev/nvme1n1", 1),
                new Disk("data", "/dev/nvme2n1", null))),
        Arguments.of(
            "bios", guest(new Firmware.Bios(), Pages.SIZE_1GI, new Disk("root", "/dev/sda", null))),
        Arguments.of(
            "dedicated",
            guest(
                new Processors.Dedicated(4, 2, true),
                new Memory(16L << 30, Pages.SIZE_4KI, 1),
                new Firmware.Bios(),
                new Disk("root", "/dev/sda", null))),
        Arguments.of(
            "dedicated-huge",
            guest(
                new Processors.Dedicated(3, 1, true),
                new Memory(16L << 30, Pages.SIZE_2MI, 0),
                new Firmware.Bios(),
                new Disk("root", "/dev/sda", null))));
  }

  /** Run with -Dlpar.golden.write=true after a change that is meant. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("guests")
  void isTheGoldenOne(String name, GuestConfig guest) throws Exception {
    var line = String.join("\n", QemuCommandLine.of(guest)) + "\n";
    var file = GOLDEN.resolve(name + ".txt");
    if (Boolean.getBoolean("lpar.golden.write")) {
      Files.writeString(file, line);
    }
    assertEquals(Files.readString(file), line);
  }

  @Test
  void aCommaInAValueBeginsNoOption() {
    var guest =
        guest(new Firmware.Bios(), Pages.SIZE_4KI, new Disk("root", "/dev/x,read-only=on", null));
    var blockdev =
        QemuCommandLine.of(guest).stream().filter(a -> a.startsWith("driver=host_device")).toList();
    assertTrue(blockdev.getFirst().contains("filename=/dev/x,,read-only=on,"), blockdev::toString);
  }

  @Test
  void diskOrderIsTheBootOrderUnlessOneIsGiven() {
    var first = new Disk("a", "/dev/a", null);
    var second = new Disk("b", "/dev/b", null);
    var none = QemuCommandLine.of(guest(new Firmware.Bios(), Pages.SIZE_4KI, first, second));
    assertTrue(none.stream().anyMatch(a -> a.endsWith("addr=0x8,bootindex=1")));
    assertTrue(none.stream().anyMatch(a -> a.endsWith("addr=0x9,bootindex=2")));

    var given =
        QemuCommandLine.of(
            guest(new Firmware.Bios(), Pages.SIZE_4KI, first, new Disk("b", "/dev/b", 7)));
    assertTrue(given.stream().anyMatch(a -> a.endsWith("addr=0x8")));
    assertTrue(given.stream().anyMatch(a -> a.endsWith("addr=0x9,bootindex=7")));
  }

  @Test
  void moreDisksThanSlotsAreRefused() {
    var disks = Stream.generate(() -> new Disk("d", "/dev/d", null)).limit(17).toList();
    assertThrows(
        IllegalArgumentException.class,
        () -> guest(new Firmware.Bios(), Pages.SIZE_4KI, disks.toArray(Disk[]::new)));
  }

  /** On Intel's processors the bit means nothing, and the blade doesn't have it. */
  @Test
  void topologyExtensionsAreGivenWhereTheBladeHasThem() {
    var memory = new Memory(1L << 30, Pages.SIZE_2MI, null);
    var intel = guest(new Processors.Dedicated(4, 2, false), memory, new Firmware.Bios());
    var amd = guest(new Processors.Dedicated(4, 2, true), memory, new Firmware.Bios());
    assertTrue(QemuCommandLine.of(intel).contains("host,migratable=off"));
    assertTrue(QemuCommandLine.of(amd).contains("host,migratable=off,topoext=on"));
  }

  @Test
  void halfACoreIsRefused() {
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> new Processors.Dedicated(3, 2, false));
    assertEquals("3 vCPUs don't make whole cores of 2 threads", refusal.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new Processors.Dedicated(0, 1, false));
    assertThrows(IllegalArgumentException.class, () -> new Processors.Shared(0));
  }
}
