package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.CpuIntents.DEDICATED;
import static dev.lpar.agent.execute.CpuIntents.SHARED;
import static dev.lpar.agent.execute.CpuIntents.UNCAPPED;
import static dev.lpar.agent.execute.CpuIntents.set;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.C;
import static dev.lpar.agent.plan.Intents.cpu;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeBlade;
import dev.lpar.agent.host.FakeCpus;
import dev.lpar.agent.plan.CpuPlace;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Entitlement.Verdict;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.PartitionRecord;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.plan.Stage;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * CPUs pass from one partition to another; the fake fails when anything is left on CPUs that are
 * taken for one guest alone.
 */
class CpuHandoverTest {
  private final Rig rig = new Rig();
  private final FakeCpus cpus = rig.blade.cpus;

  private static CpuTopology.Node node(int id, Integer... cpus) {
    return new CpuTopology.Node(id, id, Stream.of(cpus).map(CpuSet::of).toList());
  }

  /** At every step of it, by another agent each time. */
  @Test
  void anAgentThatDiesWhileADedicatedGuestComesOrGoesLeavesNobodyOnItsCpus() {
    for (int died = 0; died < 30; died++) {
      var fresh = new CpuHandoverTest();
      fresh.rig.settleWith(SHARED, UNCAPPED);
      fresh.rig.want(SHARED, UNCAPPED, DEDICATED);
      fresh.rig.round(died % 10);
      fresh.rig.round(died / 10);
      fresh.rig.restartAgent();
      fresh.rig.settle();
      assertEquals(List.of(1, 2), fresh.cpus.arrangement(C).pins(), "killed after step " + died);
      assertEquals(set("3"), fresh.cpus.arrangement(A).vcpus());
      fresh.rig.want(SHARED, UNCAPPED);
      fresh.rig.round(died % 10);
      fresh.rig.restartAgent();
      fresh.rig.settleAfter(Duration.ofMinutes(3));
      assertEquals(set("1-3"), fresh.cpus.arrangement(A).vcpus());
      assertEquals(set("1-3"), fresh.cpus.arrangement(B).vcpus());
    }
  }

  /** The blade's lane and the partitions' run side by side, and end anywhere. */
  @Test
  void howeverTheLanesRunNobodyIsLeftOnTheCpusOfADedicatedGuest() {
    for (int seed = 0; seed < 200; seed++) {
      var order = new Random(seed);
      var fresh = new CpuHandoverTest();
      fresh.rig.settleWith(SHARED, UNCAPPED);
      for (var wanted :
          List.of(
              List.of(SHARED, DEDICATED, UNCAPPED),
              List.of(SHARED, power(DEDICATED, Power.STOPPED), UNCAPPED),
              List.of(DEDICATED, UNCAPPED))) {
        fresh.rig.want(wanted.toArray(PartitionIntent[]::new));
        for (int round = 0; round < 6; round++) {
          fresh.rig.round(order.nextInt(8), order);
          if (order.nextInt(4) == 0) {
            fresh.rig.restartAgent();
          }
        }
      }
      fresh.rig.settleAfter(Duration.ofMinutes(3));
      assertEquals(List.of(1, 2), fresh.cpus.arrangement(C).pins(), "seed " + seed);
      assertEquals(set("3"), fresh.cpus.arrangement(B).vcpus(), "seed " + seed);
      assertEquals(null, fresh.cpus.arrangement(A), "seed " + seed);
    }
  }

  @Test
  void whoHasTheCoresOfOneThatIsToStartIsNamed() {
    rig.settleWith(SHARED);
    rig.want(SHARED, DEDICATED);
    var report = Rig.report(rig.round(0), C);
    assertEquals(Situation.STARTING, report.situation());
    assertEquals(
        "waits for the CPUs 1-2, which the partition shop/lpar-a is leaving", report.message());
  }

  @Test
  void aGuestThatEndsHasItsCoresUntilItIsGone() {
    rig.reserve = new CpuReserve(1, 0);
    rig.settleWith(cpu(intent(A), new Processors.Dedicated(2, 1)));
    rig.want();
    rig.round(1);
    rig.blade.units.put(A, new Unit.Ending(FakeBlade.CURRENT));
    rig.blade.states.remove(A);
    rig.want(DEDICATED);
    var report = Rig.report(rig.settle(), C);
    assertEquals(Situation.CPUS_UNAVAILABLE, report.situation(), "they are its own");
    rig.want(cpu(intent(B), new Processors.Shared(1, 10, false)));
    rig.settle();
    assertEquals(set("3"), cpus.arrangement(B).vcpus());
    rig.blade.vanish(A);
    rig.want(DEDICATED);
    rig.settleAfter(Duration.ofMinutes(3));
    assertEquals(List.of(1, 2), cpus.arrangement(C).pins());
  }

  @Test
  void aSharedGuestThatEndsIsOnItsCpusUntilItIsGone() {
    rig.settleWith(SHARED);
    rig.blade.units.put(A, new Unit.Ending(FakeBlade.CURRENT));
    rig.blade.states.remove(A);
    rig.want(SHARED, DEDICATED);
    rig.round(100);
    var report = Rig.report(rig.plan(), C);
    assertEquals(Situation.STARTING, report.situation());
    assertEquals(
        "waits for the CPUs 1-2, which the partition shop/lpar-a has until its QEMU has ended",
        report.message());
    rig.blade.vanish(A);
    rig.settle();
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  @Test
  void aLiveGuestMovesOnceTheOthersHaveLeftItsNewCoresAndTheyFollowIt() {
    cpus.topology = new CpuTopology(List.of(node(0, 0, 1, 2, 3, 4, 5)), CpuSet.EMPTY);
    rig.settleWith(SHARED, DEDICATED);
    rig.reserve = new CpuReserve(2, null);
    rig.want(SHARED, DEDICATED);
    rig.round(100);
    assertEquals(set("4-5"), cpus.arrangement(A).vcpus(), "has left");
    assertEquals(set("1-2"), cpus.arrangement(C).vcpus(), "waits");
    assertEquals(set("0"), cpus.host, "waits");
    rig.round(100);
    assertEquals(List.of(2, 3), cpus.arrangement(C).pins());
    rig.settle();
    assertEquals(set("0-1"), cpus.host);
    assertEquals(set("0-1"), cpus.arrangement(C).emulator());
    assertEquals(RunState.RUNNING, rig.blade.states.get(C));
  }

  /** Both lose a core to the host, and each is given one that the other has. */
  @Test
  void twoThatWaitForEachOthersCoresMakeDoWithWhatIsFree() {
    cpus.topology = new CpuTopology(List.of(node(0, 0, 1, 2, 3, 4, 5, 6, 7)), CpuSet.EMPTY);
    var one = cpu(intent(A), new Processors.Dedicated(2, 1));
    var other = cpu(intent(B), new Processors.Dedicated(2, 1));
    put(one, 1, 5);
    put(other, 2, 4);
    rig.settleWith(one, other);
    assertEquals(List.of(2, 4), cpus.arrangement(B).pins());
    rig.reserve = new CpuReserve(3, null);
    rig.settleWith(one, other);
    assertEquals(List.of(3, 4), cpus.arrangement(A).pins());
    assertEquals(List.of(5, 6), cpus.arrangement(B).pins());
    assertEquals(set("0-2"), cpus.host);
  }

  /** Where it was put before. */
  private void put(PartitionIntent intent, Integer... pins) {
    rig.want(power(intent, Power.STOPPED));
    rig.blade.save(
        new PartitionRecord(
            intent.id(),
            intent,
            new Stage.Off(),
            "boot-1",
            rig.clock.instant(),
            List.of(),
            Map.of(),
            new CpuPlace(List.of(pins), null),
            0,
            0));
  }

  /** CPUs go and come, the administrator reserves more or fewer; the fake looks at every step. */
  @Test
  void howeverCoresChangeHandsNoTwoAreEverOnTheSame() {
    for (int seed = 0; seed < 500; seed++) {
      var fresh = new CpuHandoverTest();
      fresh.changes(new Random(seed), "seed " + seed);
    }
  }

  private void changes(Random chance, String which) {
    var first = List.of(node(0, 0, 1, 2, 3), node(1, 4, 5, 6, 7));
    var one = cpu(intent(C), new Processors.Dedicated(1 + chance.nextInt(2), 1));
    var other = cpu(intent(B), new Processors.Dedicated(1 + chance.nextInt(2), 1));
    cpus.topology = new CpuTopology(first, CpuSet.EMPTY);
    rig.reserve = new CpuReserve(chance.nextInt(3), chance.nextInt(3));
    var wanted = List.of(SHARED, one, other).toArray(PartitionIntent[]::new);
    rig.settleWith(wanted);
    for (int change = 0; change < 4; change++) {
      int offline = chance.nextInt(1 << 8) & chance.nextInt(1 << 8);
      cpus.topology =
          new CpuTopology(
              first.stream()
                  .map(
                      node ->
                          node(
                              node.id(),
                              node.cpus().stream()
                                  .filter(cpu -> cpu == 0 || (offline >> cpu & 1) == 0)
                                  .boxed()
                                  .toArray(Integer[]::new)))
                  .filter(node -> !node.cores().isEmpty())
                  .toList(),
              CpuSet.EMPTY);
      rig.reserve = new CpuReserve(chance.nextInt(3), chance.nextInt(3));
      rig.want(wanted);
      for (int round = 0; round < 6; round++) {
        rig.round(chance.nextInt(5), chance);
        if (chance.nextInt(4) == 0) {
          rig.restartAgent();
        }
      }
      var plan = rig.settle();
      var both = List.of(B, C);
      boolean all =
          both.stream()
              .allMatch(
                  id -> cpus.arrangement(id).vcpus().minus(plan.cpus().dedicated()).isEmpty());
      assertTrue(all || both.stream().anyMatch(id -> lacks(plan, id)), which);
    }
  }

  private static boolean lacks(HostPlan plan, LparId id) {
    return Rig.report(plan, id).cpu().entitlement().verdict() == Verdict.NOT_ENFORCED;
  }
}
