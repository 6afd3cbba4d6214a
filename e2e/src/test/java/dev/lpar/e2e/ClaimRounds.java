package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.AttachmentReason;

/** Claims a device for a partition that is off and gives it back, again and again. */
final class ClaimRounds {
  /** The agent opens and closes connections as it likes; so many more are no leak. */
  private static final int DESCRIPTORS_OF_CHANCE = 4;

  private ClaimRounds() {}

  /**
   * What a leak would show in.
   *
   * @param functions every PCI function's driver, override and IOMMU group
   * @param vfio the groups' nodes, and how often VFIO's modules are in use
   * @param descriptors how many files the agent has open
   */
  private record Traces(String functions, String vfio, int descriptors) {
    static Traces now() {
      return new Traces(
          onBlade(
              """
              cd /sys/bus/pci/devices
              for f in *; do
                echo "$f $(basename "$(readlink $f/driver)") $(cat $f/driver_override) $(readlink $f/iommu_group)"
              done"""),
          onBlade("ls /dev/vfio; cat /sys/module/vfio*/refcnt"),
          Integer.parseInt(onBlade("ls /proc/$(" + Agent.PID + ")/fd | wc -l")));
    }
  }

  /** Fails if the last round leaves other traces than the first. */
  static void run(int rounds) {
    var disk = Device.nvme("lpar-data-1");
    disk.offer();
    var claim = "{\"spec\":{\"devices\":[{\"name\":\"disk\",\"passthroughDevice\":\"%s\"}]}}";
    var claimed = claim.formatted(disk.name());
    var partition = Partition.apply(smallGuest("rounds", "", "powerState: Stopped"));
    round(partition, disk, claimed);
    var before = Traces.now();
    for (int i = 1; i < rounds; i++) {
      round(partition, disk, claimed);
    }
    var after = Traces.now();
    partition.delete();
    disk.withdraw();
    assertEquals(before.functions(), after.functions(), "drivers and overrides");
    assertEquals(before.vfio(), after.vfio(), "groups, and uses of VFIO");
    assertTrue(
        after.descriptors() <= before.descriptors() + DESCRIPTORS_OF_CHANCE,
        () -> "the agent's open files: %s, then %s".formatted(before, after));
  }

  private static void round(Partition partition, Device disk, String claimed) {
    partition.patch(claimed);
    partition.awaitDevices(AttachmentReason.RESERVED, 1);
    assertEquals("vfio-pci", disk.driver());
    partition.patch("{\"spec\":{\"devices\":null}}");
    partition.awaitNoDevices();
    disk.awaitNative("nvme");
  }
}
