package dev.lpar.agent.execute;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.devices;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeDevices;
import dev.lpar.agent.plan.Attachment;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.Situation;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PciAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices go in and come back, under the real observer, planner and executor. */
class DeviceLifeTest {
  private static final String ONE = "0000:01:00.0";
  private static final String TWO = "0000:02:00.0";
  private static final String TWIN = "0000:02:00.1";

  private final Rig rig = new Rig();
  private final FakeDevices devices = rig.blade.devices;
  private final PartitionIntent a = devices(intent(A), "hba=S1");

  @BeforeEach
  void aBladeWithACardAndACardOfTwoFunctions() {
    devices.add(ONE, "S1", 1, "nvme");
    devices.add(TWO, "S2", 2, "nvme");
    devices.add(TWIN, "S3", 2, "nvme");
  }

  private static Attachment attachment(HostPlan plan, LparId id) {
    return Rig.report(plan, id).devices().getFirst();
  }

  private HostPlan running(PartitionIntent... intents) {
    rig.want(intents);
    var plan = rig.settle();
    for (var intent : intents) {
      var report = Rig.report(plan, intent.id());
      assertEquals(Situation.RUNNING, report.situation(), report.toString());
    }
    return plan;
  }

  private void assertWithHost(String address) {
    assertEquals("nvme", devices.at(address).driver, address);
    assertNull(devices.at(address).override, address);
    assertTrue(!devices.held().containsKey(new PciAddress(address)), address + " is forgotten");
  }

  @Test
  void aGuestHasItsDeviceBeforeItRuns() {
    rig.want(a);
    for (int i = 0; i < 50 && !Rig.steps(rig.plan()).isEmpty(); i++) {
      rig.round(1);
      if (rig.blade.states.get(A) == RunState.RUNNING) {
        assertEquals(Map.of("hba", ONE), devices.guest(A));
      }
    }
    var plan = running(a);
    assertEquals(Attachment.State.ATTACHED, attachment(plan, A).state());
    assertTrue(plan.settled());
  }

  @Test
  void aStoppedPartitionKeepsItsDeviceFromTheHost() {
    running(a);
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
  void aPartitionThatNeverRanGivesItsDeviceBack() {
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.want();
    assertEquals(A, rig.plan().reports().getFirst().id(), "told of until the device is back");
    assertEquals(List.of(), rig.settle().reports());
    assertWithHost(ONE);
  }

  @Test
  void aDeletedPartitionGivesItsDeviceBackBeforeItIsGone() {
    running(a);
    rig.want(power(a, Power.STOPPED));
    rig.settle();
    rig.want();
    for (int i = 0; i < 50 && !rig.blade.records.isEmpty(); i++) {
      rig.round(2); // A reset may be done again, so one alone is no step ahead.
      assertTrue(devices.held().isEmpty() || rig.blade.records.containsKey(A));
    }
    assertWithHost(ONE);
    assertEquals(Map.of(), devices.held());
  }

  @Test
  void aGroupIsHeldWholeAndGivenBackWhole() {
    var plan = running(devices(intent(A), "hba=S2"));
    assertEquals(List.of(new PciAddress(TWIN)), attachment(plan, A).groupMembers());
    assertEquals("vfio-pci", devices.at(TWIN).driver);
    assertEquals(Map.of("hba", TWO), devices.guest(A));
    rig.want();
    rig.settle();
    assertWithHost(TWO);
    assertWithHost(TWIN);
  }

  @Test
  void aSecondPartitionIsRefusedADeviceOfTheSameGroup() {
    running(devices(intent(A), "hba=S2"));
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

  @Test
  void aRunningGuestIsGivenADeviceAndLetsGoOfIt() {
    running(intent(A));
    running(a);
    assertEquals(Map.of("hba", ONE), devices.guest(A));
    rig.want(intent(A));
    rig.settle();
    assertEquals(Map.of(), devices.guest(A));
    assertWithHost(ONE);
    assertEquals(List.of(A), rig.blade.starts);
  }

  @Test
  void aGuestThatHoldsItsDeviceIsSaidToAndAskedAgain() {
    running(a);
    devices.clinging.add(A);
    rig.want(intent(A));
    assertEquals(Attachment.State.DETACHING, attachment(rig.settle(), A).state());
    var plan = rig.settleAfter(Duration.ofSeconds(31));
    assertEquals(Attachment.State.GUEST_HOLDS_DEVICE, attachment(plan, A).state());
    assertEquals("ptd-S1", attachment(plan, A).passthroughDevice());
    assertEquals("vfio-pci", devices.at(ONE).driver);
    devices.clinging.clear();
    rig.settleAfter(Duration.ofSeconds(31));
    assertWithHost(ONE);
  }

  @Test
  void aDeviceThatIsWantedAgainWhileItLeavesComesBack() {
    running(a);
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
    running(a);
    int slot = rig.blade.records.get(A).slots().get("hba").port();
    running(devices(intent(A), "hba=S2"));
    assertEquals(Map.of("hba", TWO), devices.guest(A));
    assertEquals(slot, rig.blade.records.get(A).slots().get("hba").port());
    assertWithHost(ONE);
  }

  @Test
  void aDeviceKeepsItsSlotWhenAnotherOneLeaves() {
    running(devices(intent(A), "x=S1", "y=S2"));
    int slot = rig.blade.records.get(A).slots().get("y").port();
    running(devices(intent(A), "y=S2"));
    running(power(devices(intent(A), "y=S2"), Power.RUNNING));
    assertEquals(slot, rig.blade.records.get(A).slots().get("y").port());
    running(devices(intent(A), "z=S1", "y=S2"));
    assertEquals(
        List.of(slot, 0),
        List.of(
            rig.blade.records.get(A).slots().get("y").port(),
            rig.blade.records.get(A).slots().get("z").port()));
  }

  @Test
  void afterARebootWithOtherAddressesEachPartitionHasItsOwn() {
    var b = devices(intent(B), "hba=S2");
    running(a, b);
    rig.blade.reboot("boot-2");
    devices.removeAll();
    devices.add("0000:07:00.0", "S2", 9, "nvme");
    devices.add("0000:08:00.0", "S1", 4, "nvme");
    running(a, b);
    assertEquals(Map.of("hba", "0000:08:00.0"), devices.guest(A));
    assertEquals(Map.of("hba", "0000:07:00.0"), devices.guest(B));
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
    running(a);
    devices.stuck.add(new PciAddress(TWO));
    rig.want(devices(intent(A), "nic=S2"));
    var plan = rounds();
    assertEquals(Attachment.State.BIND_FAILED, attachment(plan, A).state());
    assertEquals(Map.of(), devices.guest(A));
    assertWithHost(ONE);
    devices.stuck.clear();
    running(devices(intent(A), "nic=S2"));
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
    running(a);
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
    running(a);
    assertEquals(List.of(A), rig.blade.starts);
  }

  @Test
  void aDriverThatDoesNotTakeItsDeviceBackIsWrittenDownAndTheDeletionEnds() {
    running(a);
    devices.reluctant.add("nvme");
    rig.want();
    assertEquals(List.of(), rig.settle().reports());
    var entry = devices.held().get(new PciAddress(ONE));
    assertNull(entry.partition());
    assertTrue(entry.problem().contains("hasn't taken it back"));
    devices.at(ONE).driver = "nvme";
    rig.settle();
    assertWithHost(ONE);
  }

  @Test
  void aDeviceThatIsBackIsKnownAllTheTimeUntilItsDriverTellsAgain() {
    running(a);
    devices.waking.add(new PciAddress(ONE));
    rig.want();
    assertEquals(List.of(), rig.settle().reports());
    assertEquals("nvme", devices.at(ONE).driver);
    assertEquals("S1", rig.seen(ONE).identity().serialNumber());
    assertNull(devices.held().get(new PciAddress(ONE)).problem());
    devices.waking.clear();
    rig.settle();
    assertWithHost(ONE);
  }

  @Test
  void aStrandedDeviceGoesToTheNextPartitionAndFromThereHome() {
    running(a);
    devices.reluctant.add("nvme");
    rig.want();
    rig.settle();
    running(devices(intent(B), "hba=S1"));
    devices.reluctant.clear();
    rig.want();
    rig.settle();
    assertWithHost(ONE);
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
    running(bySlot);
    rig.want();
    rig.settle();
    assertEquals("vfio-pci", devices.at(ONE).driver);
    assertEquals("vfio-pci", devices.at(ONE).override);
    assertEquals(Map.of(), devices.held());
  }

  @Test
  void anAgentThatHasNotReadItsBladeTouchesNoDevice() {
    running(a);
    rig.restartAgent();
    rig.desired = new dev.lpar.agent.plan.Desired.Unknown();
    assertEquals(List.of(), Rig.steps(rig.settle()));
    assertEquals(Map.of("hba", ONE), devices.guest(A));
  }

  @Test
  void twoHundredRoundsLeaveNothingBehind() {
    for (int i = 0; i < 200; i++) {
      running(devices(intent(A), "hba=S2"));
      rig.want();
      rig.settle();
    }
    assertWithHost(TWO);
    assertWithHost(TWIN);
    assertEquals(Map.of(), devices.held());
    assertEquals(400, devices.bindings.size());
  }
}
