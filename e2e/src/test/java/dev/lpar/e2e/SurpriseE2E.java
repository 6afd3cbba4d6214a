package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.BLADE;
import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.api.v1alpha1.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Cards are pulled and pushed in while the blade runs. */
class SurpriseE2E {
  /** Nobody declared it, nobody claims it: its object comes and goes with it. */
  @Test
  void theObjectOfAFreeDeviceComesAndGoesWithTheCard() {
    var name = Device.inSlot("4", 0).name();
    pull("spare");
    awaitObject(name, Optional::isEmpty);
    push("spare");
    awaitObject(name, Optional::isPresent);
    assertEquals(name, Device.inSlot("4", 0).name());
  }

  /** A claim outlives the card, and the partition has the card again when it is back. */
  @Test
  void aClaimedDeviceThatIsPulledIsMissedAndComesBackToItsPartition() {
    var disk = Device.nvme("lpar-data-2");
    var name = disk.name();
    disk.offer();
    var owner = Partition.apply(smallGuest("misses", "", "powerState: Stopped\n" + disk.claim()));
    owner.awaitDevices(AttachmentReason.RESERVED, 1);

    pull("data-2");
    awaitObject(name, object -> "NotFound".equals(object.map(SurpriseE2E::absence).orElse("")));
    owner.awaitDevices(AttachmentReason.DEVICE_MISSING, 1);

    push("data-2");
    owner.awaitDevices(AttachmentReason.RESERVED, 1);
    owner.patch("{\"spec\":{\"powerState\":\"Running\"}}");
    owner.awaitPhase(Phase.RUNNING);
    owner.awaitDevices(AttachmentReason.ATTACHED, 1);
    owner.delete();
    var back = new Device(object(name).orElseThrow().getStatus().address());
    back.awaitNative("nvme");
    back.withdraw();
  }

  private static void pull(String card) {
    Lab.lab("device", BLADE, "remove", card).orFail();
  }

  private static void push(String card) {
    Lab.lab("device", BLADE, "add", card).orFail();
  }

  private static Optional<PassthroughDevice> object(String name) {
    return Optional.ofNullable(Lab.CLIENT.resources(PassthroughDevice.class).withName(name).get());
  }

  private static void awaitObject(String name, Predicate<Optional<PassthroughDevice>> satisfies) {
    var start = Instant.now();
    await(name + " is as the slot is", () -> object(name), satisfies);
    System.out.printf(
        "%s: seen after %d s%n", name, Duration.between(start, Instant.now()).toSeconds());
  }

  private static String absence(PassthroughDevice object) {
    return object.getStatus().conditions().stream()
        .filter(c -> c.getType().equals("Present") && c.getStatus().equals("False"))
        .map(c -> c.getReason())
        .findFirst()
        .orElse("");
  }
}
