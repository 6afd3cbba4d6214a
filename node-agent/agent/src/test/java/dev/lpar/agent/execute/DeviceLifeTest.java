package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.Cards.ONE;
import static dev.lpar.agent.execute.Cards.TWO;
import static dev.lpar.agent.execute.Cards.attachment;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.devices;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeDevices;
import dev.lpar.agent.plan.Attachment;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A guest has the devices that it is asked to have, from before it runs until it is off. */
class DeviceLifeTest {
  private final Rig rig = new Rig();
  private final FakeDevices devices = rig.blade.devices;
  private final Cards cards = new Cards(devices);
  private final PartitionIntent a = devices(intent(A), "hba=S1");

  @Test
  void aGuestHasItsDeviceBeforeItRuns() {
    rig.want(a);
    for (int i = 0; i < 50 && !Rig.steps(rig.plan()).isEmpty(); i++) {
      rig.round(1);
      if (rig.blade.states.get(A) == RunState.RUNNING) {
        assertEquals(Map.of("hba", ONE), devices.guest(A));
      }
    }
    var plan = rig.running(a);
    assertEquals(Attachment.State.ATTACHED, attachment(plan, A).state());
    assertTrue(plan.settled());
  }

  @Test
  void aStoppedPartitionKeepsItsDeviceFromTheHost() {
    rig.running(a);
    rig.want(power(a, Power.STOPPED));
    assertEquals(Attachment.State.RESERVED, attachment(rig.settle(), A).state());
    assertEquals("vfio-pci", devices.at(ONE).driver);
    assertEquals(1, devices.bindings.size());
  }

  @Test
  void aClaimAloneTakesTheDevice() {
    rig.want(power(a, Power.STOPPED));
    assertEquals(Attachment.State.RESERVED, attachment(rig.settle(), A).state());
    assertEquals(List.of(), rig.blade.starts);
  }

  @Test
  void aRunningGuestIsGivenADeviceAndLetsGoOfIt() {
    rig.running(intent(A));
    rig.running(a);
    assertEquals(Map.of("hba", ONE), devices.guest(A));
    rig.want(intent(A));
    rig.settle();
    assertEquals(Map.of(), devices.guest(A));
    cards.assertWithHost(ONE);
    assertEquals(List.of(A), rig.blade.starts);
  }

  @Test
  void aGuestThatHoldsItsDeviceIsSaidToAndAskedAgain() {
    rig.running(a);
    devices.clinging.add(A);
    rig.want(intent(A));
    assertEquals(Attachment.State.DETACHING, attachment(rig.settle(), A).state());
    var plan = rig.settleAfter(Duration.ofSeconds(31));
    assertEquals(Attachment.State.GUEST_HOLDS_DEVICE, attachment(plan, A).state());
    assertEquals("ptd-S1", attachment(plan, A).passthroughDevice());
    assertEquals("vfio-pci", devices.at(ONE).driver);
    devices.clinging.clear();
    rig.settleAfter(Duration.ofSeconds(31));
    cards.assertWithHost(ONE);
  }

  @Test
  void aDeviceThatIsWantedAgainWhileItLeavesComesBack() {
    rig.running(a);
    devices.clinging.add(A);
    rig.want(intent(A));
    rig.settle();
    rig.want(a);
    rig.settle();
    devices.clinging.clear();
    assertEquals(Attachment.State.ATTACHED, attachment(rig.settle(), A).state());
    assertEquals(Map.of("hba", ONE), devices.guest(A));
  }

  @Test
  void anotherCardUnderTheSameNameTakesItsPlaceAndItsSlot() {
    rig.running(a);
    int slot = rig.blade.records.get(A).slots().get("hba").port();
    rig.running(devices(intent(A), "hba=S2"));
    assertEquals(Map.of("hba", TWO), devices.guest(A));
    assertEquals(slot, rig.blade.records.get(A).slots().get("hba").port());
    cards.assertWithHost(ONE);
  }

  @Test
  void aDeviceKeepsItsSlotWhenAnotherOneLeaves() {
    rig.running(devices(intent(A), "x=S1", "y=S2"));
    int slot = rig.blade.records.get(A).slots().get("y").port();
    rig.running(devices(intent(A), "y=S2"));
    rig.running(power(devices(intent(A), "y=S2"), Power.RUNNING));
    assertEquals(slot, rig.blade.records.get(A).slots().get("y").port());
    rig.running(devices(intent(A), "z=S1", "y=S2"));
    assertEquals(
        List.of(slot, 0),
        List.of(
            rig.blade.records.get(A).slots().get("y").port(),
            rig.blade.records.get(A).slots().get("z").port()));
  }

  @Test
  void afterARebootWithOtherAddressesEachPartitionHasItsOwn() {
    var b = devices(intent(B), "hba=S2");
    rig.running(a, b);
    rig.blade.reboot("boot-2");
    devices.removeAll();
    devices.add("0000:07:00.0", "S2", 9, "nvme");
    devices.add("0000:08:00.0", "S1", 4, "nvme");
    rig.running(a, b);
    assertEquals(Map.of("hba", "0000:08:00.0"), devices.guest(A));
    assertEquals(Map.of("hba", "0000:07:00.0"), devices.guest(B));
  }

  @Test
  void anAgentThatHasNotReadItsBladeTouchesNoDevice() {
    rig.running(a);
    rig.restartAgent();
    rig.desired = new dev.lpar.agent.plan.Desired.Unknown();
    assertEquals(List.of(), Rig.steps(rig.settle()));
    assertEquals(Map.of("hba", ONE), devices.guest(A));
  }
}
