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
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeDevices;
import dev.lpar.agent.plan.Attachment;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PciAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a device can't be had, the reason is told and nothing else is held up. */
class DeviceRefusalTest {
  private final Rig rig = new Rig();
  private final FakeDevices devices = rig.blade.devices;
  private final Cards cards = new Cards(devices);
  private final PartitionIntent a = devices(intent(A), "hba=S1");

  @Test
  void aSecondPartitionIsRefusedADeviceOfTheSameGroup() {
    rig.running(devices(intent(A), "hba=S2"));
    var b = devices(intent(B), "nic=S3");
    rig.want(devices(intent(A), "hba=S2"), b);
    var plan = rig.settle();
    assertEquals(Situation.DEVICES_UNAVAILABLE, Rig.report(plan, B).situation());
    assertEquals(Attachment.State.HELD_BY_PARTITION, attachment(plan, B).state());
    assertTrue(attachment(plan, B).message().contains("shop/lpar-a"));
    rig.want(b);
    rig.settle();
    assertEquals(Map.of("nic", TWIN), devices.guest(B));
  }

  @Test
  void ofTwoThatWantOneDeviceAtOnceTheFirstHasIt() {
    rig.want(a, devices(intent(B), "x=S1"));
    var plan = rig.settle();
    assertEquals(Map.of("hba", ONE), devices.guest(A));
    assertEquals(Attachment.State.HELD_BY_PARTITION, attachment(plan, B).state());
  }

  @ParameterizedTest
  @CsvSource({
    "hostUse, NEEDED_BY_HOST, / is mounted from nvme0n1p1",
    "holder, HELD_BY_PROCESS, 1234 (postgres)",
    "missing, DEVICE_MISSING, serial number S9",
    "ambiguous, DEVICE_AMBIGUOUS, 0000:01:00.0 and 0000:05:00.0",
    "bridge, NEEDED_BY_HOST, bridge",
  })
  void whatCannotBeHadKeepsTheGuestOffWithTheReason(
      String how, Attachment.State state, String words) {
    var wanted = how.equals("missing") ? devices(intent(A), "hba=S9") : a;
    switch (how) {
      case "hostUse" -> devices.at(ONE).hostUse = words;
      case "holder" -> devices.holders.put(new PciAddress(ONE), words);
      case "ambiguous" -> devices.add("0000:05:00.0", "S1", 5, "nvme");
      case "bridge" -> devices.at(ONE).pciClass = "060400";
      default -> {}
    }
    rig.want(wanted);
    var plan = rig.settle();
    assertEquals(Situation.DEVICES_UNAVAILABLE, Rig.report(plan, A).situation());
    assertEquals(state, attachment(plan, A).state());
    assertTrue(Rig.report(plan, A).message().contains(words), Rig.report(plan, A).message());
    assertEquals(List.of(), rig.blade.starts);
    assertEquals("nvme", devices.at(ONE).driver);
    assertEquals(Map.of(), devices.held(), "nothing half done");
  }

  @Test
  void whatTheHostNeedsOfTheGroupKeepsTheWholeGroupWithTheHost() {
    devices.at(TWIN).hostUse = "eth0 is a port of the bridge br0";
    rig.want(devices(intent(A), "hba=S2"));
    var message = attachment(rig.settle(), A).message();
    assertTrue(message.contains(TWIN) && message.contains("br0"), message);
    assertEquals("nvme", devices.at(TWO).driver);
  }

  /** Rounds with something in them that is refused each time. */
  private HostPlan rounds() {
    for (int i = 0; i < 8; i++) {
      rig.round(Integer.MAX_VALUE);
    }
    return rig.plan();
  }

  @Test
  void whatAGuestLetsGoOfIsGivenBackThoughItsNextDeviceCanNotBeHad() {
    rig.running(a);
    devices.stuck.add(new PciAddress(TWO));
    rig.want(devices(intent(A), "nic=S2"));
    var plan = rounds();
    assertEquals(Attachment.State.BIND_FAILED, attachment(plan, A).state());
    assertEquals(Map.of(), devices.guest(A));
    cards.assertWithHost(ONE);
    devices.stuck.clear();
    rig.running(devices(intent(A), "nic=S2"));
    assertEquals(Map.of("nic", TWO), devices.guest(A));
  }

  @Test
  void aGuestThatStandsStillIsPoweredOffThoughItsNextDeviceCanNotBeHad() {
    devices.refusing.add(A);
    rig.want(a);
    rounds();
    assertEquals(RunState.STARTING, rig.blade.states.get(A));
    devices.stuck.add(new PciAddress(TWO));
    rig.want(power(devices(intent(A), "hba=S1", "nic=S2"), Power.STOPPED));
    rounds();
    assertEquals(Map.of(), rig.blade.units);
  }

  @Test
  void aPartitionStartsWhenTheProcessLetsGo() {
    devices.holders.put(new PciAddress(ONE), "1234 (postgres) has /dev/nvme1n1 open");
    rig.want(a);
    rig.settle();
    devices.holders.clear();
    rig.running(a);
  }

  @Test
  void aDeviceThatQemuRefusesKeepsTheGuestStandingAndIsTriedAgain() {
    devices.refusing.add(A);
    rig.want(a);
    for (int i = 0; i < 5; i++) {
      rig.round(Integer.MAX_VALUE);
    }
    var plan = rig.plan();
    assertEquals(Attachment.State.ATTACH_FAILED, attachment(plan, A).state());
    assertEquals(Situation.DEVICES_UNAVAILABLE, Rig.report(plan, A).situation());
    assertEquals(RunState.STARTING, rig.blade.states.get(A));
    devices.refusing.clear();
    rig.running(a);
    assertEquals(List.of(A), rig.blade.starts);
  }
}
