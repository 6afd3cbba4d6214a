package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Lab.qemuPids;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A guest owns a PCI device, and the host has it back as the guest left it. */
class PassthroughE2E {
  private static final int ROUNDS = Rounds.of(3, 20);

  /** The guest writes so much of this; the host knows it again. */
  private static final String GUESTS_WORDS = "yes 'the guest was here' | head -c 1048576";

  @Test
  void theGuestHasTheDiskItselfAndTheHostGetsItBackAsTheGuestLeftIt() {
    var disk = Device.nvme("lpar-data-1");
    var node = disk.blockDevice("lpar-data-1");
    onBlade(
        "dd if=/dev/urandom of=%s bs=1M count=1 iflag=fullblock oflag=direct status=none"
            .formatted(node));
    var hosts = onBlade("dd if=" + node + " bs=1M count=1 iflag=direct status=none | sha256sum");

    var owner = Partition.apply(smallGuest("owner", "", disk.claim()));
    owner.awaitNoPlace("assignable");
    disk.offer();
    var lpar = owner.awaitPhase(Phase.RUNNING);
    var attached = owner.awaitDevices(AttachmentReason.ATTACHED, 1).getFirst();
    assertEquals(disk.address(), attached.address());
    assertTakenByOneGuest(disk, attached, lpar);
    var rival = Partition.apply(smallGuest("rival", "", disk.claim()));
    rival.awaitNoPlace("claimed by default/owner");

    owner.awaitConsole("LPAR-GUEST ready");
    assertEquals(hosts, owner.inGuest("dd if=/dev/nvme0n1 bs=1M count=1 2>/dev/null | sha256sum"));
    owner.inGuest(
        GUESTS_WORDS + " | dd of=/dev/nvme0n1 bs=4k seek=2048 conv=fsync 2>/dev/null && sync");
    var seen = owner.inGuest("xxd -p -c 64 $(readlink -f /sys/class/nvme/nvme0/device)/config");
    assertEquals(
        List.of(),
        ConfigSpace.differences(
            disk.configSpace(), HexFormat.of().parseHex(seen.replaceAll("\\s", ""))),
        "the configuration space, but for what VFIO virtualizes");

    owner.setPower(PowerState.STOPPED);
    owner.awaitPhase(Phase.STOPPED);
    owner.awaitDevices(AttachmentReason.RESERVED, 1);
    assertEquals("vfio-pci", disk.driver(), "a reservation is capacity: it stays the partition's");
    rival.delete();
    owner.delete();
    disk.awaitNative("nvme");
    assertNull(disk.object().getStatus().claimedBy());
    assertEquals(
        onBlade(GUESTS_WORDS + " | sha256sum"),
        onBlade(
            "dd if=%s bs=1M skip=8 count=1 iflag=direct status=none | sha256sum"
                .formatted(disk.blockDevice("lpar-data-1"))));
    disk.withdraw();
  }

  private static void assertTakenByOneGuest(Device disk, AttachedDevice attached, Lpar lpar) {
    assertEquals("vfio-pci", disk.driver());
    var claim = disk.object().getStatus().claimedBy();
    assertEquals("default/owner", claim == null ? "" : claim.namespace() + "/" + claim.name());
    assertEquals(
        "",
        onBlade("find /dev/vfio/" + attached.iommuGroup() + " -perm /006"),
        "the group is not for everybody to open");
    var locked =
        onBlade(
            "awk '/^Max locked memory/ { print $4 }' /proc/"
                + qemuPids(lpar).getFirst()
                + "/limits");
    assertNotEquals("unlimited", locked, "how much memory may be locked is computed");
  }

  @Test
  void theDiskWithTheRootFileSystemIsRefusedWhateverTheAdministratorSays() {
    assertRefused(
        "root-disk", Device.nvme("lpar-root"), onBlade("basename $(findmnt -n -o SOURCE /)"));
  }

  @Test
  void theCardWithTheDefaultRouteIsRefusedWhateverTheAdministratorSays() {
    var card = new Device(onBlade("basename $(readlink -f /sys/class/net/eth0/device/..)"));
    assertRefused("default-route", card, "eth0");
  }

  private static void assertRefused(String name, Device device, String use) {
    var driver = device.driver();
    device.offer();
    var condition = device.awaitCondition("Assignable", "False", "HostCritical");
    assertTrue(condition.getMessage().contains(use), condition.getMessage());
    var partition = Partition.apply(smallGuest(name, "", device.claim()));
    partition.awaitNoPlace(use);
    assertEquals(driver, device.driver());
    device.withdraw();
  }

  @Test
  void aDeviceThatAProcessHoldsIsTakenWhenTheProcessIsGone() {
    var disk = Device.nvme("lpar-data-2");
    var node = disk.blockDevice("lpar-data-2");
    disk.offer();
    var pid = onBlade("sleep 3000 <" + node + " >/dev/null 2>&1 & echo $!");
    var partition = Partition.apply(smallGuest("waits", "", disk.claim()));
    partition.awaitCondition("Running", "False", "DevicesUnavailable");
    var held = partition.awaitCondition("DevicesAttached", "False", "HeldByProcess");
    assertTrue(held.getMessage().contains(pid), held.getMessage());
    assertEquals("nvme", disk.driver(), "nothing half done");
    assertTrue(qemuPids(partition.get()).isEmpty());
    onBlade("kill " + pid);
    partition.awaitPhase(Phase.RUNNING);
    partition.awaitDevices(AttachmentReason.ATTACHED, 1);
    partition.delete();
    disk.awaitNative("nvme");
    disk.withdraw();
  }

  /** Of a card with two functions, and of two cards behind one conventional bridge. */
  @Test
  void anIommuGroupIsClaimedWhole() {
    var nic = Device.inSlot("5", 0);
    var nicsTwin = Device.inSlot("5", 1);
    var serial = Device.withId("1b36:0002");
    var serialsNeighbour = Device.withId("1234:11e8");
    var all = List.of(nic, nicsTwin, serial, serialsNeighbour);
    var before = all.stream().collect(Collectors.toMap(device -> device, Device::driver));
    assertEquals("virtio-pci", before.get(nic));
    assertEquals("serial", before.get(serial));
    all.forEach(Device::offer);
    var partition =
        Partition.apply(
            smallGuest(
                "whole",
                "",
                """
                powerState: Stopped
                devices:
                  - { name: nic, passthroughDevice: %s }
                  - { name: serial, passthroughDevice: %s }"""
                    .formatted(nic.name(), serial.name())));
    var reserved = partition.awaitDevices(AttachmentReason.RESERVED, 2);
    assertEquals(List.of(nicsTwin.address()), member(reserved, "nic").groupMembers());
    assertEquals(List.of(serialsNeighbour.address()), member(reserved, "serial").groupMembers());
    all.forEach(device -> assertEquals("vfio-pci", device.driver(), device.address()));
    var rival = Partition.apply(smallGuest("twin", "", nicsTwin.claim()));
    rival.awaitNoPlace("claimed by default/whole");

    rival.delete();
    partition.delete();
    all.forEach(device -> device.awaitNative(before.get(device)));
    assertEquals("eth1", onBlade("ls /sys/bus/pci/devices/" + nic.address() + "/virtio*/net"));
    all.forEach(Device::withdraw);
  }

  private static AttachedDevice member(List<AttachedDevice> devices, String name) {
    return devices.stream().filter(device -> device.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void claimingAndGivingBackManyTimesLeavesNothingBehind() {
    ClaimRounds.run(ROUNDS);
  }
}
