package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.api.v1alpha1.Phase;
import org.junit.jupiter.api.Test;

/** A device is known by what it is, wherever it sits. */
class SlotsE2E {
  private static final String SERIAL = "cat /sys/class/nvme/nvme0/serial";

  /** Two disks of one model: after the swap, each has the address that was the other's. */
  @Test
  void partitionsHaveTheirOwnDevicesAfterTheBladeWasBootedWithTheSlotsSwapped() {
    var first = Device.nvme("lpar-data-1");
    var second = Device.nvme("lpar-data-2");
    var firstName = first.name();
    var secondName = second.name();
    first.offer();
    second.patch(
        "{\"metadata\":{\"labels\":{\"e2e\":\"swapped\"}},\"spec\":{\"assignable\":true}}");
    var named = Partition.apply(smallGuest("named", "", first.claim()));
    var selects =
        Partition.apply(
            smallGuest(
                "selects",
                "",
                "devices: [ { name: any, selector: { matchLabels: { lpar.dev/class: storage, e2e: swapped } } } ]"));
    assertHas(named, firstName, "lpar-data-1");
    assertHas(selects, secondName, "lpar-data-2");

    Lab.lab("swap", Lab.BLADE).orFail();
    awaitAddress(firstName, second.address());
    awaitAddress(secondName, first.address());
    assertHas(named, firstName, "lpar-data-1");
    assertHas(selects, secondName, "lpar-data-2");

    named.delete();
    selects.delete();
    first.awaitNative("nvme");
    second.awaitNative("nvme");
    first.withdraw();
    second.withdraw();
  }

  private static void awaitAddress(String device, String address) {
    await(
        device + " is at " + address,
        () -> Lab.CLIENT.resources(PassthroughDevice.class).withName(device).get(),
        seen -> address.equals(seen.getStatus().address()));
  }

  private static void assertHas(Partition partition, String device, String serialNumber) {
    partition.awaitPhase(Phase.RUNNING);
    var attached = partition.awaitDevices(AttachmentReason.ATTACHED, 1).getFirst();
    assertEquals(device, attached.passthroughDevice());
    partition.awaitConsole("LPAR-GUEST ready");
    assertEquals(serialNumber, partition.inGuest(SERIAL).strip());
  }
}
