package dev.lpar.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.lpar.api.v1alpha1.BladeTraceStatus;
import dev.lpar.api.v1alpha1.TracePhase;
import dev.lpar.api.v1alpha1.TraceReason;
import dev.lpar.api.v1alpha1.TraceResult;
import dev.lpar.operator.plan.StatusCondition.Truth;
import dev.lpar.operator.plan.TraceFacts.Former;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class TraceProjectorTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Former NEW = new Former(null, null, null, List.of());
  private static final TraceResult RESULT =
      new TraceResult("2026-01-01T00:00:00Z", "2026-01-01T00:00:10Z", 700L, 0L, 33600L, null, null);

  private static TraceProjection project(
      String blade, String silence, BladeTraceStatus report, Former former) {
    return TraceProjector.project(
        new TraceFacts(1, "payments", "ledger", blade, silence, report, former), NOW);
  }

  private static void assertSays(TraceProjection projection, TracePhase phase, String words) {
    assertEquals(phase, projection.phase());
    assertEquals(words, projection.complete().reason() + ": " + projection.complete().message());
    assertEquals(
        phase == TracePhase.COMPLETE ? Truth.TRUE : Truth.FALSE, projection.complete().truth());
  }

  @Test
  void whatWaitsSaysForWhat() {
    assertSays(
        project(null, null, null, NEW),
        TracePhase.PENDING,
        "LparNotPlaced: spec.lpar: no blade has the partition payments/ledger: is there such an Lpar,"
            + " and does it have a blade (kubectl -n payments get lpars)?");
    assertSays(
        project("blade-1", null, null, NEW),
        TracePhase.PENDING,
        "BladeTold: blade-1 has been told of it");
    assertSays(
        project("blade-1", "no sign of life for 41 s", null, NEW),
        TracePhase.PENDING,
        "BladeTold: blade-1 has been told of it: no sign of life for 41 s");
  }

  @Test
  void whatTheBladeSaysIsTold() {
    var done = new BladeTraceStatus("1", TracePhase.COMPLETE, TraceReason.TIME_UP, null, RESULT);
    var projection = project("blade-1", null, done, NEW);
    assertSays(projection, TracePhase.COMPLETE, "TimeUp: recorded 700 exits in the time asked for");
    assertEquals(RESULT, projection.result());
    assertEquals("blade-1", projection.blade());
    var failed =
        new BladeTraceStatus("1", TracePhase.FAILED, TraceReason.TRACER_REFUSED, "EPERM", null);
    assertSays(project("blade-1", null, failed, NEW), TracePhase.FAILED, "TracerRefused: EPERM");
  }

  @Test
  void whatHasEndedOutlivesItsBlade() {
    var former = new Former(TracePhase.COMPLETE, "blade-1", RESULT, List.of());
    var projection = project(null, null, null, former);
    assertSays(
        projection,
        TracePhase.COMPLETE,
        "BladeGone: the records went with the blade blade-1; what this status has of them is kept");
    assertEquals(RESULT, projection.result());
  }

  @ParameterizedTest
  @EnumSource(
      value = TraceReason.class,
      mode = Mode.EXCLUDE,
      names = {"LPAR_NOT_PLACED", "BLADE_TOLD", "BLADE_GONE"})
  void everyReasonOfABladeHasWords(TraceReason reason) {
    var report = new BladeTraceStatus("1", TracePhase.PENDING, reason, null, null);
    assertFalse(project("blade-1", null, report, NEW).complete().message().isBlank());
  }

  @Test
  void theConditionIsDatedWhenItsTruthChanges() {
    var tracing = new BladeTraceStatus("1", TracePhase.TRACING, TraceReason.RECORDING, null, null);
    var before = project("blade-1", null, tracing, NEW).complete();
    var later =
        TraceProjector.project(
                new TraceFacts(
                    1,
                    "payments",
                    "ledger",
                    "blade-1",
                    null,
                    tracing,
                    new Former(TracePhase.TRACING, "blade-1", null, List.of(before))),
                NOW.plusSeconds(60))
            .complete();
    assertEquals(NOW, later.since());
  }
}
