package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.cores;
import static dev.lpar.operator.plan.Fixtures.dedicated;
import static dev.lpar.operator.plan.Fixtures.shared;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.EntitlementReason;
import dev.lpar.api.v1alpha1.PageSize;
import dev.lpar.api.v1alpha1.PartitionCpu;
import dev.lpar.api.v1alpha1.PartitionCpu.Usage;
import dev.lpar.api.v1alpha1.PartitionMemory;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.PartitionStatusBuilder;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Processors;
import dev.lpar.operator.plan.PlacementPlan.BladeLost;
import dev.lpar.operator.plan.PlacementPlan.Change;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.PlacementPlan.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EntitlementTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final PartitionIntent MINE = shared(1, 25, "1Gi");
  private static final Settled SETTLED = new Settled("a", MINE, new Change.None());

  private static LparProjection project(
      Standing standing, Fixtures.Blade blade, List<StatusCondition> before, Instant now) {
    return StatusProjector.project(
        new LparFacts(
            Fixtures.anywhere(MINE), false, standing, blade == null ? null : blade.view(), before),
        now);
  }

  private static PartitionStatus report(long generation, PartitionReason reason, PartitionCpu cpu) {
    return PartitionStatusBuilder.builder()
        .id(MINE.id().text())
        .generation(generation)
        .phase(Phase.RUNNING)
        .reason(reason)
        .cpu(cpu)
        .build();
  }

  private static PartitionCpu found(EntitlementReason entitlement, String message) {
    return new PartitionCpu(null, "0", entitlement, message, null);
  }

  private static PartitionStatus runs(EntitlementReason entitlement, String message) {
    return report(1, PartitionReason.GUEST_RUNNING, found(entitlement, message));
  }

  private static String words(LparProjection projection, String type) {
    var condition = StatusCondition.named(type, projection.conditions()).orElseThrow();
    return "%s %s: %s".formatted(condition.truth().word(), condition.reason(), condition.message());
  }

  static Stream<Arguments> findings() {
    var message = "used 0.312 of the 0.500 CPUs it is due, and waited for more";
    var unsaid = "the agent of a hasn't reported on its CPUs yet";
    var off = "measured while the guest runs";
    return Stream.of(
        arguments(
            runs(EntitlementReason.MET, "used 0.498 of 0.500 CPUs"),
            "True Met: used 0.498 of 0.500 CPUs",
            "True GuestRunning: the guest runs"),
        arguments(
            runs(EntitlementReason.MET, " "),
            "True Met: it gets what it is due, or wants no more than it gets",
            "True GuestRunning: the guest runs"),
        arguments(
            runs(EntitlementReason.BELOW_ENTITLEMENT, message),
            "False BelowEntitlement: " + message,
            "True GuestRunning: the guest runs"),
        arguments(
            runs(EntitlementReason.CPUS_DISTURBED, "thread 812 (kworker/3:1) ran on CPU 3"),
            "False CpusDisturbed: thread 812 (kworker/3:1) ran on CPU 3",
            "True GuestRunning: the guest runs"),
        arguments(
            runs(EntitlementReason.NOT_ENFORCED, null),
            "False NotEnforced: its CPUs couldn't be set up as asked",
            "False NotEnforced: its CPUs couldn't be set up as asked"),
        arguments(
            runs(EntitlementReason.NOT_MEASURED, null),
            "Unknown NotMeasured: it hasn't run for a whole interval yet",
            "True GuestRunning: the guest runs"),
        arguments(
            runs(null, null),
            "Unknown AwaitingAgent: " + unsaid,
            "True GuestRunning: the guest runs"),
        arguments(
            report(1, PartitionReason.GUEST_RUNNING, null),
            "Unknown AwaitingAgent: " + unsaid,
            "True GuestRunning: the guest runs"),
        arguments(
            report(0, PartitionReason.GUEST_RUNNING, found(EntitlementReason.MET, "used 0.1")),
            "Unknown AwaitingAgent: " + unsaid,
            "False AwaitingAgent: the agent of a hasn't acted on generation 1 yet"),
        arguments(
            report(1, PartitionReason.POWERED_OFF, found(EntitlementReason.MET, "used 0.1")),
            "Unknown NotRunning: " + off,
            "False PoweredOff: powered off, as asked"),
        arguments(
            report(1, PartitionReason.GUEST_PAUSED, null),
            "Unknown NotRunning: " + off,
            "False GuestPaused: the guest is paused, as asked"),
        // The guest stands still until its CPUs are set up: that they can't be is why it starts.
        arguments(
            report(
                1,
                PartitionReason.GUEST_STARTING,
                found(EntitlementReason.NOT_ENFORCED, "cpuset: isolated invalid")),
            "False NotEnforced: cpuset: isolated invalid",
            "False GuestStarting: the guest is being started"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("findings")
  void whatTheAgentFindsIsToldAndOnlyNotEnforcedKeepsItFromReady(
      PartitionStatus report, String met, String ready) {
    var projection = project(SETTLED, blade("a").has(MINE).reports(report), List.of(), START);
    assertEquals(met, words(projection, "EntitlementMet"));
    assertEquals(ready, words(projection, "Ready"));
  }

  @Test
  void withoutAReportItIsUnknown() {
    assertEquals(
        "Unknown AwaitingAgent: the agent of a hasn't reported on its CPUs yet",
        words(project(SETTLED, blade("a").has(MINE), List.of(), START), "EntitlementMet"));
    assertEquals(
        "Unknown NotPlaced: it has no place on a blade",
        words(
            project(new NoPlace(LparReason.NO_FIT, "0/1 …"), null, List.of(), START),
            "EntitlementMet"));
    assertEquals(
        "Unknown BladeLost: the object Blade a is gone, so nothing tells of its CPUs",
        words(project(new BladeLost("a"), null, List.of(), START), "EntitlementMet"));
  }

  @Test
  void figuresAndPlacesArePassedOn() {
    var cpu =
        new PartitionCpu(
            "4,6",
            "0-1",
            EntitlementReason.MET,
            "",
            new Usage("2.000", "1.998", null, "0.0", "0.0"));
    var memory = new PartitionMemory(1, PageSize.SIZE_2MI);
    var report =
        PartitionStatusBuilder.builder(report(1, PartitionReason.GUEST_RUNNING, cpu))
            .memory(memory)
            .build();
    var projection = project(SETTLED, blade("a").reports(report), List.of(), START);
    assertEquals(cpu, projection.cpu());
    assertEquals(memory, projection.memory());
    assertNull(project(SETTLED, blade("a"), List.of(), START).cpu());
    assertNull(project(SETTLED, blade("a"), List.of(), START).memory());
  }

  private static String summary(PartitionIntent intent, Fixtures.Blade blade) {
    return project(new Settled("a", intent, new Change.None()), blade, List.of(), START)
        .cpuSummary();
  }

  @Test
  void cpusAreSummedUpInWords() {
    var capped = Fixtures.intent(1, new Processors.Shared(2, 25, true), "1Gi", Pages.SIZE_2MI);
    var three = dedicated(2, 3, "1Gi");
    assertEquals("25% of 8", summary(MINE, blade("a").has(MINE)));
    assertEquals("25% of 5, capped", summary(capped, blade("a").has(capped, three)));
    assertEquals(
        "25% of 8, capped", summary(capped, blade("a").has(capped, three).sharedNow("0-7")));
    assertEquals(
        "25%", project(new NoPlace(LparReason.NO_FIT, ""), null, List.of(), START).cpuSummary());
    var four = dedicated(1, 4, "1Gi");
    assertEquals("4 dedicated", summary(four, blade("a").has(four)));
    var threads = Fixtures.intent(1, new Processors.Dedicated(2, 2), "1Gi", Pages.SIZE_2MI);
    assertEquals(
        "2 dedicated, 2 threads/core", summary(threads, blade("a").cpus(cores(4, 2)).has(threads)));
  }

  /** One condition after the other, a minute apart unless said otherwise, and the Events of it. */
  private static List<String> events(Duration apart, EntitlementReason... course) {
    List<StatusCondition> before =
        project(
                SETTLED,
                blade("a").reports(report(1, PartitionReason.GUEST_RUNNING, null)),
                List.of(),
                START)
            .conditions();
    var now = START;
    var events = new ArrayList<String>();
    for (var reason : course) {
      now = now.plus(apart);
      var projection = project(SETTLED, blade("a").reports(runs(reason, null)), before, now);
      projection.announcements().forEach(a -> events.add(a.severity() + " " + a.reason()));
      before = projection.conditions();
    }
    return events;
  }

  @Test
  void loadThatComesAndGoesIsNoEvent() {
    assertEquals(
        List.of(),
        events(
            Duration.ofHours(1),
            EntitlementReason.NOT_MEASURED,
            EntitlementReason.MET,
            EntitlementReason.BELOW_ENTITLEMENT,
            EntitlementReason.MET,
            EntitlementReason.BELOW_ENTITLEMENT));
  }

  @Test
  void cpusThatAreDisturbedTimeAndAgainAreOneEvent() {
    assertEquals(
        List.of("WARNING CpusDisturbed"),
        events(
            Duration.ofMinutes(1),
            EntitlementReason.CPUS_DISTURBED,
            EntitlementReason.CPUS_DISTURBED,
            EntitlementReason.MET,
            EntitlementReason.CPUS_DISTURBED,
            EntitlementReason.BELOW_ENTITLEMENT,
            EntitlementReason.CPUS_DISTURBED));
    assertEquals(
        List.of("WARNING CpusDisturbed", "WARNING CpusDisturbed"),
        events(
            Duration.ofMinutes(10),
            EntitlementReason.CPUS_DISTURBED,
            EntitlementReason.MET,
            EntitlementReason.CPUS_DISTURBED));
  }

  @Test
  void cpusThatCouldntBeSetUpAreAnEvent() {
    assertEquals(
        List.of("WARNING NotEnforced"),
        events(
            Duration.ofMinutes(1),
            EntitlementReason.MET,
            EntitlementReason.NOT_ENFORCED,
            EntitlementReason.NOT_ENFORCED));
  }
}
