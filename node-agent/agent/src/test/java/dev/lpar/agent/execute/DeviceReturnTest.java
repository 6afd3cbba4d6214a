package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.Cards.ONE;
import static dev.lpar.agent.execute.Cards.TWIN;
import static dev.lpar.agent.execute.Cards.TWO;
import static dev.lpar.agent.execute.Cards.attachment;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.devices;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeDevices;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PciAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Devices come back to the host, with all of their group, when nobody wants them any more. */
class DeviceReturnTest {
  private final Rig rig = new Rig();
  private final FakeDevices devices = rig.blade.devices;
  private final Cards cards = new Cards(devices);
  private final PartitionIntent a = devices(intent(A), "hba=S1");

  @Test
  void aPartitionThatNeverRanGivesItsDeviceBack() {
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.want();
    assertEquals(A, rig.plan().reports().getFirst().id(), "told of until the device is back");
    assertEquals(List.of(), rig.settle().reports());
    cards.assertWithHost(ONE);
  }

  @Test
  void aDeletedPartitionGivesItsDeviceBackBeforeItIsGone() {
    rig.running(a);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.want();
    for (int i = 0; i < 50 && !rig.blade.records.isEmpty(); i++) {
      rig.round(2); // A reset may be done again, so one alone is no step ahead.
      assertTrue(devices.held().isEmpty() || rig.blade.records.containsKey(A));
    }
    cards.assertWithHost(ONE);
    assertEquals(Map.of(), devices.held());
  }

  @Test
  void aGroupIsHeldWholeAndGivenBackWhole() {
    var plan = rig.running(devices(intent(A), "hba=S2"));
    assertEquals(List.of(new PciAddress(TWIN)), attachment(plan, A).groupMembers());
    assertEquals("vfio-pci", devices.at(TWIN).driver);
    assertEquals(Map.of("hba", TWO), devices.guest(A));
    rig.want();
    rig.settle();
    cards.assertWithHost(TWO);
    cards.assertWithHost(TWIN);
  }

  @Test
  void aDriverThatDoesNotTakeItsDeviceBackIsWrittenDownAndTheDeletionEnds() {
    rig.running(a);
    devices.reluctant.add("nvme");
    rig.want();
    assertEquals(List.of(), rig.settle().reports());
    var entry = devices.held().get(new PciAddress(ONE));
    assertNull(entry.partition());
    assertTrue(entry.problem().contains("hasn't taken it back"));
    devices.at(ONE).driver = "nvme";
    rig.settle();
    cards.assertWithHost(ONE);
  }

  @Test
  void aDeviceThatIsBackIsKnownAllTheTimeUntilItsDriverTellsAgain() {
    rig.running(a);
    devices.waking.add(new PciAddress(ONE));
    rig.want();
    assertEquals(List.of(), rig.settle().reports());
    assertEquals("nvme", devices.at(ONE).driver);
    assertEquals("S1", rig.seen(ONE).identity().serialNumber());
    assertNull(devices.held().get(new PciAddress(ONE)).problem());
    devices.waking.clear();
    rig.settle();
    cards.assertWithHost(ONE);
  }

  @Test
  void aStrandedDeviceGoesToTheNextPartitionAndFromThereHome() {
    rig.running(a);
    devices.reluctant.add("nvme");
    rig.want();
    rig.settle();
    rig.running(devices(intent(B), "hba=S1"));
    devices.reluctant.clear();
    rig.want();
    rig.settle();
    cards.assertWithHost(ONE);
  }

  @Test
  void aFunctionThatVfioHadBeforeStaysWithIt() {
    devices.at(ONE).driver = "vfio-pci";
    devices.at(ONE).override = "vfio-pci";
    var bySlot =
        intent(A)
            .withDevices(
                List.of(
                    new PartitionIntent.DeviceIntent(
                        "hba",
                        "ptd",
                        new dev.lpar.model.DeviceIdentity(
                            null, null, null, "slot " + ONE, "1b36:0010"))));
    rig.running(bySlot);
    rig.want();
    rig.settle();
    assertEquals("vfio-pci", devices.at(ONE).driver);
    assertEquals("vfio-pci", devices.at(ONE).override);
    assertEquals(Map.of(), devices.held());
  }

  @Test
  void twoHundredRoundsLeaveNothingBehind() {
    for (int i = 0; i < 200; i++) {
      rig.running(devices(intent(A), "hba=S2"));
      rig.want();
      rig.settle();
    }
    cards.assertWithHost(TWO);
    cards.assertWithHost(TWIN);
    assertEquals(Map.of(), devices.held());
    assertEquals(400, devices.bindings.size());
  }
}
