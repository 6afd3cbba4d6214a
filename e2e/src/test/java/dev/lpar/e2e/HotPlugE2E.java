package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Lab.qemuPids;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Devices come to a guest and leave it while it runs; the agent may die at any moment of that. */
class HotPlugE2E {
  private static final int ROUNDS = Rounds.of(2, 5);
  private static final int KILLS = Rounds.of(2, 6);
  private static final String DROP = "{\"spec\":{\"devices\":null}}";
  private static final String BOOT_ID = "cat /proc/sys/kernel/random/boot_id";

  /** A leak would be a guest's whole memory in each round. */
  private static final long LOCKED_KIBIBYTES_OF_CHANCE = 16 << 10;

  private static Device disk;
  private static Partition partition;
  private static List<Long> pids;

  @BeforeAll
  static void startAGuestWithoutDevices() {
    disk = Device.nvme("lpar-data-1");
    disk.offer();
    partition = Partition.apply(smallGuest("plugs", "", ""));
    pids = qemuPids(partition.awaitPhase(Phase.RUNNING));
    partition.awaitConsole("LPAR-GUEST ready");
  }

  @AfterAll
  static void deleteIt() {
    partition.delete();
    disk.awaitNative("nvme");
    disk.withdraw();
  }

  private static void plug() {
    partition.patch(
        "{\"spec\":{\"devices\":[{\"name\":\"disk\",\"passthroughDevice\":\"%s\"}]}}"
            .formatted(disk.name()));
  }

  private static void awaitPlugged() {
    partition.awaitDevices(AttachmentReason.ATTACHED, 1);
    assertEquals("vfio-pci", disk.driver());
  }

  private static void awaitUnplugged() {
    partition.awaitNoDevices();
    disk.awaitNative("nvme");
  }

  @Test
  void aDeviceComesAndGoesWhileTheGuestRuns() {
    var boot = partition.inGuest(BOOT_ID);
    long descriptors = 0;
    long locked = 0;
    for (int round = 0; round < ROUNDS; round++) {
      plug();
      awaitPlugged();
      assertEquals(
          "lpar-data-1",
          partition.inGuest(
              "for i in $(seq 50); do cat /sys/class/nvme/nvme*/serial 2>/dev/null && break; sleep 0.2; done"));
      partition.patch(DROP);
      awaitUnplugged();
      if (round == 0) {
        descriptors = descriptors();
        locked = lockedKibibytes();
      }
    }
    assertEquals("", partition.inGuest("ls /sys/class/nvme"));
    assertEquals(boot, partition.inGuest(BOOT_ID), "the guest ran on");
    partition.assertSameGuest(pids, "after plugging");
    assertEquals(descriptors, descriptors(), "QEMU's open files");
    assertTrue(
        lockedKibibytes() <= locked + LOCKED_KIBIBYTES_OF_CHANCE,
        "locked: %d KiB, then %d KiB".formatted(locked, lockedKibibytes()));
  }

  /** Sockets aside: they come and go with who speaks to QEMU. */
  private static long descriptors() {
    return Long.parseLong(
        onBlade("ls -l /proc/" + pids.getFirst() + "/fd | grep -c -v -e socket: -e ^total"));
  }

  private static long lockedKibibytes() {
    return Long.parseLong(
        onBlade("awk '/^VmLck:/ { print $2 }' /proc/" + pids.getFirst() + "/status"));
  }

  /**
   * By turns in the midst of taking the device to the guest and of giving it back to the host. The
   * guest runs on, and in the end the device is where it was asked to be.
   */
  @Test
  void agentKilledWhileADeviceComesOrGoesFinishesIt() {
    var random = new Random(6);
    for (int kill = 0; kill < KILLS; kill++) {
      Agent.awaitAtWork();
      boolean comes = kill % 2 == 0;
      if (comes) {
        plug();
      } else {
        partition.patch(DROP);
      }
      onBlade("sleep " + random.nextInt(50) / 10.0);
      Agent.kill();
      if (comes) {
        awaitPlugged();
      } else {
        awaitUnplugged();
      }
      partition.assertSameGuest(pids, "kill " + kill);
    }
  }

  /** The one when it starts the guest with the device, the other when it takes all away. */
  @Test
  void agentKilledWhileAPartitionWithADeviceStartsOrIsDeletedFinishesIt() {
    var other = Device.nvme("lpar-data-2");
    other.offer();
    var starts = Partition.apply(smallGuest("starts", "", "powerState: Stopped"));
    starts.patch(
        "{\"spec\":{\"devices\":[{\"name\":\"disk\",\"passthroughDevice\":\"%s\"}]}}"
            .formatted(other.name()));
    starts.awaitDevices(AttachmentReason.RESERVED, 1);
    Agent.awaitAtWork();
    starts.setPower(PowerState.RUNNING);
    onBlade("sleep 1.5");
    Agent.kill();
    var lpar = starts.awaitPhase(Phase.RUNNING);
    starts.awaitDevices(AttachmentReason.ATTACHED, 1);
    assertEquals(1, qemuPids(lpar).size());
    Agent.awaitAtWork();
    starts.startDeleting();
    onBlade("sleep 1.5");
    Agent.kill();
    starts.delete();
    other.awaitNative("nvme");
    LifecycleE2E.assertNothingIsLeft(Lab.id(lpar));
    other.withdraw();
  }
}
