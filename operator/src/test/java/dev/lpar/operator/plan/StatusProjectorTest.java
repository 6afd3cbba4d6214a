package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.shared;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.ExitSource;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatusBuilder;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.VmExits;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.operator.plan.BladeView.Readiness;
import dev.lpar.operator.plan.PlacementPlan.BladeLost;
import dev.lpar.operator.plan.PlacementPlan.Change;
import dev.lpar.operator.plan.PlacementPlan.Leaving;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.PlacementPlan.Standing;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatusProjectorTest {
  private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = Instant.parse("2026-01-02T00:00:00Z");
  private static final PartitionIntent MINE = shared(1, 25, "1Gi");

  private static LparProjection project(
      Standing standing, Fixtures.Blade blade, List<StatusCondition> before, Instant now) {
    return StatusProjector.project(
        new LparFacts(
            Fixtures.anywhere(MINE), false, standing, blade == null ? null : blade.view(), before),
        now);
  }

  private static LparProjection project(Standing standing, Fixtures.Blade blade) {
    return project(standing, blade, List.of(), FIRST);
  }

  private static Settled settled(PartitionIntent intent) {
    return new Settled("a", intent, new Change.None());
  }

  private static String condition(LparProjection projection, String type) {
    var condition = StatusCondition.named(type, projection.conditions()).orElseThrow();
    return condition.truth().word() + " " + condition.reason();
  }

  static Stream<Arguments> lives() {
    var stopped = MINE.withPower(Power.STOPPED);
    var paused = MINE.withPower(Power.PAUSED);
    return Stream.of(
        arguments(
            "no room",
            new NoPlace(LparReason.NO_FIT, "0/1 …"),
            null,
            Phase.PENDING,
            "False NoFit",
            "False NotPlaced",
            "False NoFit"),
        arguments(
            "just placed",
            settled(MINE),
            blade("a").has(MINE),
            Phase.ACTIVATING,
            "True Placed",
            "Unknown AwaitingAgent",
            "False AwaitingAgent"),
        arguments(
            "starting",
            settled(MINE),
            blade("a").reports(MINE, Phase.ACTIVATING, PartitionReason.GUEST_STARTING),
            Phase.ACTIVATING,
            "True Placed",
            "False GuestStarting",
            "False GuestStarting"),
        arguments(
            "runs",
            settled(MINE),
            blade("a").reports(MINE, Phase.RUNNING, PartitionReason.GUEST_RUNNING),
            Phase.RUNNING,
            "True Placed",
            "True GuestRunning",
            "True GuestRunning"),
        arguments(
            "runs, by an older generation",
            settled(Fixtures.changed(MINE, MINE.cpu(), "1Gi", Power.RUNNING, 2)),
            blade("a").reports(MINE, Phase.RUNNING, PartitionReason.GUEST_RUNNING),
            Phase.RUNNING,
            "True Placed",
            "True GuestRunning",
            "False AwaitingAgent"),
        arguments(
            "stopped",
            settled(stopped),
            blade("a").reports(stopped, Phase.STOPPED, PartitionReason.POWERED_OFF),
            Phase.STOPPED,
            "True Placed",
            "False PoweredOff",
            "False PoweredOff"),
        arguments(
            "paused",
            settled(paused),
            blade("a").reports(paused, Phase.PAUSED, PartitionReason.GUEST_PAUSED),
            Phase.PAUSED,
            "True Placed",
            "False GuestPaused",
            "False GuestPaused"),
        arguments(
            "not yet stopped",
            settled(stopped),
            blade("a").reports(stopped, Phase.RUNNING, PartitionReason.GUEST_RUNNING),
            Phase.RUNNING,
            "True Placed",
            "True GuestRunning",
            "False GuestRunning"),
        arguments(
            "switched itself off",
            settled(MINE),
            blade("a").reports(MINE, Phase.STOPPED, PartitionReason.GUEST_POWERED_OFF),
            Phase.STOPPED,
            "True Placed",
            "False GuestPoweredOff",
            "False GuestPoweredOff"),
        arguments(
            "fails",
            settled(MINE),
            blade("a").reports(MINE, Phase.FAILED, PartitionReason.DISK_MISSING),
            Phase.FAILED,
            "True Placed",
            "False DiskMissing",
            "False DiskMissing"),
        arguments(
            "silent",
            settled(MINE),
            blade("a")
                .is(Readiness.SILENT)
                .reports(MINE, Phase.RUNNING, PartitionReason.GUEST_RUNNING),
            Phase.RUNNING,
            "True Placed",
            "True GuestRunning",
            "Unknown AgentSilent"),
        arguments(
            "refused",
            new Settled("a", MINE, new Change.Refused("a lacks memory")),
            blade("a").reports(MINE, Phase.RUNNING, PartitionReason.GUEST_RUNNING),
            Phase.RUNNING,
            "True ChangeDoesNotFit",
            "True GuestRunning",
            "False ChangeDoesNotFit"),
        arguments(
            "leaving",
            new Leaving("a"),
            blade("a").reports(MINE, Phase.STOPPING, PartitionReason.POWERING_OFF),
            Phase.STOPPING,
            "False LeavingBlade",
            "False PoweringOff",
            "False LeavingBlade"),
        arguments(
            "lost",
            new BladeLost("a"),
            null,
            Phase.PENDING,
            "Unknown BladeLost",
            "Unknown BladeLost",
            "Unknown BladeLost"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lives")
  void phaseAndConditionsSayHowItStands(
      String name,
      Standing standing,
      Fixtures.Blade blade,
      Phase phase,
      String placed,
      String running,
      String ready) {
    var projection = project(standing, blade);
    assertEquals(phase, projection.phase());
    assertEquals(placed, condition(projection, "Placed"));
    assertEquals(running, condition(projection, "Running"));
    assertEquals(ready, condition(projection, "Ready"));
    assertEquals("False UpToDate", condition(projection, "RestartRequired"));
    assertTrue(projection.conditions().stream().allMatch(c -> c.generation() == 1));
  }

  @Test
  void theBladeIsNamedUntilThePartitionIsGoneFromIt() {
    assertEquals("a", project(settled(MINE), blade("a")).blade());
    assertEquals("a", project(new Leaving("a"), blade("a")).blade());
    assertEquals("a", project(new BladeLost("a"), null).blade());
    assertNull(project(new NoPlace(LparReason.NO_FIT, ""), null).blade());
  }

  @Test
  void whatTheAgentCountsIsPassedOn() {
    var exits =
        new VmExits(
            "2026-01-01T00:00:00Z", ExitSource.BPF, 37164L, "812.4", "1.93", null, null, null);
    var report =
        PartitionStatusBuilder.builder()
            .id(MINE.id().text())
            .generation(1L)
            .phase(Phase.RUNNING)
            .reason(PartitionReason.GUEST_RUNNING)
            .restarts(3)
            .exits(exits)
            .build();
    var projection = project(settled(MINE), blade("a").reports(report));
    assertEquals(exits, projection.exits());
    assertEquals(3, projection.restarts());
  }

  @Test
  void fieldsThatWaitForARestartAreNamed() {
    var report =
        PartitionStatusBuilder.builder()
            .id(MINE.id().text())
            .generation(1L)
            .phase(Phase.RUNNING)
            .reason(PartitionReason.GUEST_RUNNING)
            .restartRequired(List.of("cpu.vcpus", "memory.size"))
            .build();
    var projection =
        project(new Settled("a", MINE, new Change.MoveWhenStopped()), blade("a").reports(report));
    var condition = StatusCondition.named("RestartRequired", projection.conditions()).orElseThrow();
    assertEquals("FieldsChanged", condition.reason());
    assertTrue(
        condition.message().contains("cpu.vcpus, memory.size, placement"), condition.message());
    assertEquals("True GuestRunning", condition(projection, "Ready"));
  }

  @Test
  void aDateMovesOnlyWhenTheTruthChanges() {
    var starting =
        project(
            settled(MINE),
            blade("a").reports(MINE, Phase.ACTIVATING, PartitionReason.GUEST_STARTING));
    var running =
        project(
            settled(MINE),
            blade("a").reports(MINE, Phase.RUNNING, PartitionReason.GUEST_RUNNING),
            starting.conditions(),
            LATER);
    assertEquals(FIRST, since(running, "Placed"));
    assertEquals(LATER, since(running, "Running"));
    assertEquals(LATER, since(running, "Ready"));
  }

  private static Instant since(LparProjection projection, String type) {
    return StatusCondition.named(type, projection.conditions()).orElseThrow().since();
  }

  private static List<String> announced(LparProjection projection) {
    return projection.announcements().stream().map(a -> a.severity() + " " + a.reason()).toList();
  }

  @Test
  void eventsComeWithTransitionsAndNotWithRepetition() {
    var waiting = project(new NoPlace(LparReason.NO_FIT, "0/1 …"), null);
    assertEquals(List.of("WARNING NoFit"), announced(waiting));
    var placed = project(settled(MINE), blade("a"), waiting.conditions(), LATER);
    assertEquals(List.of("NORMAL Placed"), announced(placed));
    var runs = blade("a").reports(MINE, Phase.RUNNING, PartitionReason.GUEST_RUNNING);
    var running = project(settled(MINE), runs, placed.conditions(), LATER);
    assertEquals(List.of("NORMAL GuestRunning"), announced(running));
    assertEquals(List.of(), announced(project(settled(MINE), runs, running.conditions(), LATER)));
    var silent = project(settled(MINE), runs.is(Readiness.SILENT), running.conditions(), LATER);
    assertEquals(List.of("WARNING AgentSilent"), announced(silent));
    var back = project(settled(MINE), runs.is(Readiness.READY), silent.conditions(), LATER);
    assertEquals(List.of("NORMAL GuestRunning"), announced(back));
    var dead =
        project(
            settled(MINE),
            blade("a").reports(MINE, Phase.FAILED, PartitionReason.GUEST_PANICKED),
            back.conditions(),
            LATER);
    assertEquals(List.of("WARNING GuestPanicked"), announced(dead));
  }

  @Test
  void aDeletionThatWaitsSaysForWhatAndWhatToDo() {
    var facts =
        new LparFacts(
            Fixtures.anywhere(MINE),
            true,
            new Leaving("a"),
            blade("a")
                .is(Readiness.SILENT)
                .reports(MINE, Phase.RUNNING, PartitionReason.GUEST_RUNNING)
                .view(),
            List.of());
    var projection = StatusProjector.project(facts, FIRST);
    assertEquals(Phase.STOPPING, projection.phase());
    assertEquals(
        "deletion waits for a to report it gone, and no sign of life from the blade's agent for"
            + " 40 s; bring the blade back, or, once you are sure that the machine is off, remove"
            + " the finalizer lpar.dev/partition",
        StatusCondition.named("Ready", projection.conditions()).orElseThrow().message());
  }
}
