package dev.lpar.agent.execute;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.devices;
import static dev.lpar.agent.plan.Intents.intent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lpar.agent.host.FakeDevices;
import dev.lpar.agent.plan.Attachment;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.HostStep.SetVirtualFunctions;
import dev.lpar.agent.plan.ObservedDevices;
import dev.lpar.agent.plan.ObservedDevices.Refusal;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.plan.VirtualFunctionPlanner;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PciAddress;
import dev.lpar.model.VirtualFunctionCount;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Virtual functions come and go, under the real observer, planner and executor. */
class VirtualFunctionsTest {
  private static final PciAddress ONE = new PciAddress("0000:01:00.0");
  private static final PciAddress TWO = new PciAddress("0000:02:00.0");
  private static final String FIRST_VIRTUAL = "0000:01:00.1";

  private final Rig rig = new Rig();
  private final FakeDevices devices = rig.blade.devices;

  /** Has the first virtual function of the first card. */
  private final PartitionIntent a =
      intent(A)
          .withDevices(
              List.of(
                  new DeviceIntent(
                      "port",
                      "vf0",
                      new DeviceIdentity(null, null, null, "slot " + ONE + "/vf0", "1b36:0010"))));

  @BeforeEach
  void twoCardsThatCanBeDivided() {
    devices.addPhysical(ONE.text(), "S1", 1, 4);
    devices.addPhysical(TWO.text(), "S2", 2, 4);
  }

  private static VirtualFunctionCount count(String serial, int count) {
    return new VirtualFunctionCount(
        "ptd-" + serial, new DeviceIdentity(serial, null, null, null, null), count);
  }

  private void want(List<VirtualFunctionCount> counts, PartitionIntent... intents) {
    rig.counts = counts;
    rig.want(intents);
  }

  private static List<SetVirtualFunctions> steps(HostPlan plan) {
    return plan.bladeSteps().stream()
        .filter(SetVirtualFunctions.class::isInstance)
        .map(SetVirtualFunctions.class::cast)
        .toList();
  }

  @Test
  void soManyAreMadeAsAreAskedForAndNoMoreIsDoneThen() {
    want(List.of(count("S1", 2)));
    rig.settle();
    assertEquals(2, devices.virtualFunctions(ONE).size());
    assertEquals(0, devices.virtualFunctions(TWO).size());
    want(List.of(count("S1", 3)));
    rig.settle();
    want(List.of(count("S1", 0)));
    rig.settle();
    assertEquals(List.of(ONE + ": 2", ONE + ": 3", ONE + ": 0"), devices.divisions);
  }

  @Test
  void whatIsNotAskedForIsLeftAsItIs() {
    devices.setVirtualFunctions(ONE, 2);
    want(List.of());
    assertEquals(List.of(), steps(rig.plan()));
    rig.restartAgent();
    rig.desired = new Desired.Unknown();
    assertEquals(List.of(), steps(rig.plan()));
  }

  @Test
  void moreThanAFunctionCanHaveIsNotTried() {
    want(List.of(count("S1", 5), count("no such", 1)));
    assertEquals(List.of(), steps(rig.plan()));
  }

  @Test
  void aPartitionHasOneAndTheNumberStaysUntilItIsGivenBack() {
    want(List.of(count("S1", 2)), a);
    rig.settle();
    assertEquals(Situation.RUNNING, Rig.report(rig.settle(), A).situation());
    assertEquals("vfio-pci", devices.at(FIRST_VIRTUAL).driver);
    assertEquals("nvme", devices.at(ONE.text()).driver);
    want(List.of(count("S1", 0)), a);
    assertEquals(List.of(), steps(rig.plan()));
    // Withdrawn, it is still the partition's until its driver has it again.
    want(List.of(count("S1", 0)));
    assertEquals(List.of(), steps(rig.plan()));
    rig.settle();
    assertEquals(List.of(), devices.virtualFunctions(ONE));
  }

  @Test
  void oneThatIsClaimedButNotYetTakenIsLeftAlone() {
    devices.setVirtualFunctions(ONE, 2);
    want(List.of(count("S1", 1)), a);
    assertEquals(List.of(), steps(rig.plan()));
  }

  @Test
  void thePhysicalOneOfAPartitionIsNotDivided() {
    want(List.of(count("S1", 1)), devices(intent(A), "card=S1"));
    assertEquals(List.of(), steps(rig.plan()));
    assertEquals(Situation.RUNNING, Rig.report(rig.settle(), A).situation());
    assertEquals(List.of(), devices.divisions);
  }

  @Test
  void theNumberStaysWhileTheHostNeedsOne() {
    devices.setVirtualFunctions(ONE, 2);
    devices.at(FIRST_VIRTUAL).hostUse = "eth1 is up with addresses";
    want(List.of(count("S1", 1)));
    assertEquals(List.of(), steps(rig.plan()));
  }

  @Test
  void afterARebootTheyAreMadeAnewAndThePartitionHasItsOwn() {
    want(List.of(count("S1", 2)), a);
    rig.settle();
    rig.blade.reboot("boot-2");
    assertEquals(List.of(), devices.virtualFunctions(ONE));
    rig.settle();
    assertEquals(2, devices.virtualFunctions(ONE).size());
    assertEquals(FIRST_VIRTUAL, devices.guest(A).get("port"));
  }

  @Test
  void aDriverThatRefusesKeepsNothingElseFromBeingDone() {
    devices.indivisible.add(ONE);
    want(List.of(count("S1", 1), count("S2", 1)));
    rig.blade.laidOut.clear();
    rig.round(Integer.MAX_VALUE);
    assertEquals(1, rig.blade.laidOut.size());
    rig.round(Integer.MAX_VALUE);
    assertEquals(1, devices.virtualFunctions(TWO).size());
    devices.indivisible.clear();
    rig.settle();
    assertEquals(1, devices.virtualFunctions(ONE).size());
  }

  @Test
  void aRefusalIsTheProblemOfTheFunctionForAsLongAsTheNumberIsAskedFor() {
    var refused =
        new ObservedDevices(
            devices.functions(),
            Map.of(),
            Map.of(),
            Map.of(ONE, new Refusal(Attachment.State.BIND_FAILED, "it is busy")));
    var card = refused.functions().getFirst();
    want(List.of(count("S1", 1)));
    assertEquals("it is busy", VirtualFunctionPlanner.problem(card, refused, rig.desired));
    want(List.of(count("S1", 0), count("S2", 1)));
    assertNull(VirtualFunctionPlanner.problem(card, refused, rig.desired));
    want(List.of());
    assertNull(VirtualFunctionPlanner.problem(card, refused, rig.desired));
  }
}
