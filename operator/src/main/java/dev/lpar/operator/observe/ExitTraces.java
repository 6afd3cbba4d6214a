package dev.lpar.operator.observe;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeTrace;
import dev.lpar.api.v1alpha1.BladeTraceStatus;
import dev.lpar.api.v1alpha1.ExitTrace;
import dev.lpar.api.v1alpha1.ExitTraceSpec;
import dev.lpar.api.v1alpha1.TracePhase;
import dev.lpar.api.v1alpha1.TraceReason;
import dev.lpar.operator.plan.TraceFacts;
import dev.lpar.operator.plan.TraceFacts.Former;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads an {@link ExitTrace}, and what Blades have of it. */
public final class ExitTraces {
  private ExitTraces() {}

  /** The traces that a blade has been told of. */
  public static List<BladeTrace> told(Blade blade) {
    return Optional.ofNullable(blade.getSpec())
        .flatMap(spec -> Optional.ofNullable(spec.exitTraces()))
        .orElse(List.of());
  }

  /** What a blade says of its traces. */
  public static List<BladeTraceStatus> reports(Blade blade) {
    return Blades.status(blade)
        .flatMap(status -> Optional.ofNullable(status.exitTraces()))
        .orElse(List.of());
  }

  public static boolean isToldOf(Blade blade, ExitTrace trace) {
    return told(blade).stream().anyMatch(told -> told.id().equals(trace.getMetadata().getUid()));
  }

  /** The trace as the blade is to be told of it, if the blade has the partition. */
  public static Optional<BladeTrace> order(ExitTrace trace, Blade blade) {
    var spec = trace.getSpec();
    var namespace = trace.getMetadata().getNamespace();
    return Blades.partitions(blade).stream()
        .filter(
            partition ->
                partition.namespace().equals(namespace) && partition.name().equals(spec.lpar()))
        .findFirst()
        .map(
            partition ->
                new BladeTrace(
                    trace.getMetadata().getUid(),
                    namespace,
                    trace.getMetadata().getName(),
                    partition.id(),
                    Objects.requireNonNullElse(
                        spec.durationSeconds(), ExitTraceSpec.DEFAULT_SECONDS),
                    Objects.requireNonNullElse(spec.maxRecords(), ExitTraceSpec.DEFAULT_RECORDS),
                    spec.filter()));
  }

  /**
   * @param blade that has been told of it; null when none has
   */
  public static TraceFacts facts(ExitTrace trace, @Nullable Blade blade) {
    var meta = trace.getMetadata();
    return new TraceFacts(
        meta.getGeneration(),
        meta.getNamespace(),
        trace.getSpec().lpar(),
        blade == null ? null : blade.getMetadata().getName(),
        blade == null ? null : Blades.silence(blade),
        blade == null
            ? null
            : reports(blade).stream()
                .filter(report -> report.id().equals(meta.getUid()))
                .findFirst()
                .orElse(null),
        former(trace));
  }

  /** Of a trace whose blade can't be told of it, for it has been told of so many. */
  public static TraceFacts full(ExitTrace trace, String blade, int most) {
    var meta = trace.getMetadata();
    return new TraceFacts(
        meta.getGeneration(),
        meta.getNamespace(),
        trace.getSpec().lpar(),
        blade,
        null,
        new BladeTraceStatus(
            meta.getUid(),
            TracePhase.PENDING,
            TraceReason.NO_ROOM,
            "%s has %d traces, the most that a blade keeps: delete an ExitTrace"
                .formatted(blade, most),
            null),
        former(trace));
  }

  private static Former former(ExitTrace trace) {
    var status = trace.getStatus();
    return status == null
        ? new Former(null, null, null, List.of())
        : new Former(
            status.phase(), status.blade(), status.result(), Conditions.read(status.conditions()));
  }
}
