package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.anywhere;
import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.fleet;
import static dev.lpar.operator.plan.Fixtures.function;
import static dev.lpar.operator.plan.Fixtures.intent;
import static dev.lpar.operator.plan.Fixtures.offered;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.lpar.model.CpuPlan;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Processors;
import dev.lpar.operator.plan.PlacementPlan.Assign;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which cores others have, or will have, where cores aren't alike; and what the docs say of it. */
class CoresOfOthersTest {
  private static PartitionIntent owning(int number, int vcpus, int threadsPerCore) {
    return intent(number, new Processors.Dedicated(vcpus, threadsPerCore), "1Gi", Pages.SIZE_2MI);
  }

  private static PartitionIntent sharing(int number, int vcpus, int ratio) {
    return intent(number, new Processors.Shared(vcpus, ratio, false), "1Gi", Pages.SIZE_2MI);
  }

  private static CpuTopology.Node node(int id, String... cores) {
    return new CpuTopology.Node(id, id, List.of(cores).stream().map(CpuSet::parse).toList());
  }

  private static CpuTopology topology(CpuTopology.Node... nodes) {
    return new CpuTopology(List.of(nodes), CpuSet.EMPTY);
  }

  private static String refusal(PartitionIntent wanted, Fixtures.Blade blade) {
    return assertInstanceOf(
            NoPlace.class, PlacementPlanner.plan(anywhere(wanted), fleet(blade)), wanted::toString)
        .message();
  }

  private static void assertFits(PartitionIntent wanted, Fixtures.Blade blade) {
    assertEquals(new Assign("a", wanted), PlacementPlanner.plan(anywhere(wanted), fleet(blade)));
  }

  @Test
  void aPartitionKeepsTheCoresThatItsPinsAreOn() {
    var hybrid = topology(node(0, "0", "1", "2", "3-4"));
    var other = owning(1, 1, 1);
    assertFits(owning(9, 2, 2), blade("a").cpus(hybrid).hostCpus(1).has(other));
    assertEquals(
        "0/1 blades fit: 1 lacks cores to dedicate (need 1 whole core of 2 threads, free: none)",
        refusal(owning(9, 2, 2), blade("a").cpus(hybrid).hostCpus(1).has(other).pins(other, 3)));
  }

  /** One that waits for its first activation will get cores near to its devices. */
  @Test
  void coresNearToADeviceAreItsOwners() {
    var topology = topology(node(0, "0", "1"), node(1, "2-3", "4-5"));
    var other = owning(1, 1, 1);
    var near = other.withDevices(List.of(Fixtures.claim("hba", "hba-1")));
    assertFits(owning(9, 4, 2), blade("a").cpus(topology).hostCpus(1).has(other));
    assertEquals(
        "0/1 blades fit: 1 lacks cores to dedicate (need 2 whole cores of 2 threads, free: 1 on"
            + " node 1)",
        refusal(
            owning(9, 4, 2),
            blade("a")
                .cpus(topology)
                .hostCpus(1)
                .device(function("hba-1", 1).numaNode(1), offered("hba-1", "a"))
                .has(near)));
  }

  private static CpuPlan plan(Fixtures.Blade blade, PartitionIntent owner) {
    var cpu = (Processors.Dedicated) owner.cpu();
    return blade
        .view()
        .cpus()
        .plan(
            List.of(
                new CpuPlan.Request(
                    owner.id(), cpu.vcpus(), cpu.threadsPerCore(), List.of(), List.of())));
  }

  /** A database on its own cores beside batch partitions: the figures of docs/concepts/cpus.md. */
  @Test
  void theDocumentedDatabaseHasTheCoresThatAreDocumented() {
    var eight =
        topology(
            node(
                0,
                IntStream.range(0, 8)
                    .mapToObj(core -> "%d,%d".formatted(core, core + 8))
                    .toArray(String[]::new)));
    var database = owning(1, 4, 1);
    var blade =
        blade("a")
            .cpus(eight)
            .hostCpus(2)
            .sharedMinimum(2)
            .has(database, sharing(2, 2, 30), sharing(3, 1, 10));
    var plan = plan(blade, database);
    assertEquals("0,8", plan.host().toString());
    assertEquals(List.of(1, 2, 3, 4), plan.cores().get(database.id()).pins());
    assertEquals("1-4,9-12", plan.cores().get(database.id()).cpus().toString());
    assertEquals("5-7,13-15", plan.shared().toString());
    assertEquals("1-7,9-15", plan.sharedWhile(List.of()).toString());
    assertFits(owning(9, 2, 1), blade);
    assertEquals(
        "0/1 blades fit: 1 lacks cores to dedicate (need 3 whole cores, free: 2 on node 0;"
            + " sharedMinimumCpus 2 stay shared)",
        refusal(owning(9, 3, 1), blade));
    assertFits(sharing(9, 2, 33), blade);
    assertEquals(
        "0/1 blades fit: 1 has too many shared CPUs for it (it can't use 40% of 6 shared CPUs"
            + " (2.40) with 2 vCPUs: at most 33%, or more vCPUs)",
        refusal(sharing(9, 2, 40), blade));
    var pairs = owning(1, 4, 2);
    assertEquals(List.of(1, 9, 2, 10), plan(blade, pairs).cores().get(pairs.id()).pins());
    assertEquals(10, plan(blade, pairs).shared().size());
  }
}
