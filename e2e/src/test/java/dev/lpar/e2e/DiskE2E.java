package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Raw disks: booted from under either firmware, used without the host's cache, refused when unfit.
 */
class DiskE2E {
  private static final String BY_ID = "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_";
  private static final String BOOT_DISK = BY_ID + "lpar-boot-1";
  private static final String DATA_DISK = BY_ID + "lpar-data-1";

  /**
   * By the BIOS alone: under full emulation UEFI kills the blade's emulator, see the lab's page.
   */
  @Test
  void aDiskBootsByItsOwnBootLoader() {
    var manifest =
        """
        apiVersion: lpar.dev/v1alpha1
        kind: Lpar
        metadata: { name: boots-by-bios }
        spec:
          onCrash: Stop
          shutdown: { graceSeconds: 30 }
          cpu: { vcpus: 1, mode: Shared, serviceRatio: 10 }
          memory: { size: 256Mi, pageSize: 4Ki }
          firmware: BIOS
          disks:
            - { name: root, blockDevice: %s, bootIndex: 1 }
        """
            .formatted(BOOT_DISK);
    var partition = Partition.apply(manifest);
    partition.awaitPhase(Phase.RUNNING);
    partition.awaitConsole("LPAR-GUEST ready");
  }

  @Test
  void aDiskIsOpenedPastTheHostsCache() {
    var disks = "disks: [ { name: data, blockDevice: " + DATA_DISK + " } ]";
    var partition = Partition.apply(smallGuest("disk", "", disks));
    var lpar = partition.awaitPhase(Phase.RUNNING);
    var pid = Lab.qemuPids(lpar).getFirst();
    var device = onBlade("readlink -f " + DATA_DISK);
    var flags =
        onBlade(
            "for fd in /proc/"
                + pid
                + "/fd/*; do [ \"$(readlink \"$fd\")\" = "
                + device
                + " ] && sed -n 's/^flags:\\t*//p' /proc/"
                + pid
                + "/fdinfo/${fd##*/}; done; true");
    assertTrue(
        flags.lines().anyMatch(f -> (Long.parseLong(f.strip(), 8) & 040000) != 0),
        "a descriptor of " + device + " has O_DIRECT: " + flags);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "missing,     /dev/disk/by-id/nvme-no-such-disk, DiskMissing",
    "regularfile, /dev/shm/lpar-e2e-file,            DiskNotBlockDevice",
    "mounted,     /dev/disk/by-label/blade-root,     DiskInUseByHost",
  })
  void anUnfitDiskIsRefusedWithTheReason(String name, String path, String reason) {
    onBlade("touch /dev/shm/lpar-e2e-file");
    var device = name.equals("mounted") ? onBlade("findmnt -n -o SOURCE /") : path;
    var disks = "disks: [ { name: data, blockDevice: " + device + " } ]";
    try {
      var partition = Partition.apply(smallGuest(name, "", disks));
      var condition = partition.awaitCondition("Running", "False", reason);
      assertTrue(condition.getMessage().contains(device), condition.getMessage());
      assertTrue(Lab.qemuPids(partition.get()).isEmpty());
    } finally {
      onBlade("rm -f /dev/shm/lpar-e2e-file");
    }
  }

  @Test
  void aDiskThatAnotherPartitionHasIsRefusedEvenUnderAnotherName() {
    var byId = "disks: [ { name: data, blockDevice: " + DATA_DISK + " } ]";
    var byNode =
        "disks: [ { name: data, blockDevice: " + onBlade("readlink -f " + DATA_DISK) + " } ]";
    var owner = Partition.apply(smallGuest("owner", "", byId));
    owner.awaitPhase(Phase.RUNNING);
    var thief = Partition.apply(smallGuest("thief", "", byNode));
    var condition = thief.awaitCondition("Running", "False", "DiskInUseByPartition");
    assertTrue(condition.getMessage().contains("default/owner"), condition.getMessage());
    owner.setPower(PowerState.STOPPED);
    owner.awaitPhase(Phase.STOPPED);
    assertEquals(
        "DiskInUseByPartition",
        Partition.condition(thief.get(), "Running").orElseThrow().getReason(),
        "a reservation is capacity: a stopped partition keeps its disk");
  }
}
