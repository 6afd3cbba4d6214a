package dev.lpar.operator.apply;

import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.LparStatus;
import dev.lpar.api.v1alpha1.LparStatus.CpuStatus;
import dev.lpar.api.v1alpha1.PartitionCpu;
import dev.lpar.api.v1alpha1.PartitionCpu.Usage;
import dev.lpar.api.v1alpha1.PartitionIntents;
import dev.lpar.operator.observe.Conditions;
import dev.lpar.operator.plan.LparProjection;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Writes the status of an Lpar when it differs from the one there is, and its Events with it. */
@Singleton
public class LparStatuses {
  private final Announcer announcer;

  public LparStatuses(Announcer announcer) {
    this.announcer = announcer;
  }

  public void write(Lpar lpar, LparProjection projection, Context<Lpar> context) {
    var status = status(projection);
    if (status.equals(lpar.getStatus())) {
      return;
    }
    var fresh = new Lpar();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(lpar.getMetadata().getNamespace())
            .withName(lpar.getMetadata().getName())
            .build());
    fresh.setStatus(status);
    PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(lpar, fresh, context);
    projection.announcements().forEach(announcement -> announcer.announce(lpar, announcement));
  }

  private static LparStatus status(LparProjection projection) {
    return new LparStatus(
        projection.observedGeneration(),
        projection.phase(),
        projection.blade(),
        cpu(projection),
        projection.memory(),
        PartitionIntents.effective(projection.inForce()),
        projection.devices().isEmpty() ? null : projection.devices(),
        projection.exits(),
        projection.restarts(),
        Conditions.write(projection.conditions()));
  }

  private static CpuStatus cpu(LparProjection projection) {
    var cpu = Optional.ofNullable(projection.cpu());
    var usage = cpu.map(PartitionCpu::usage);
    return new CpuStatus(
        projection.cpuSummary(),
        cpu.map(PartitionCpu::vcpuPins).orElse(null),
        cpu.map(PartitionCpu::emulatorCpus).orElse(null),
        usage.map(Usage::entitledCpus).orElse(null),
        usage.map(Usage::usedCpus).orElse(null),
        usage.map(Usage::sharePercent).orElse(null),
        usage.map(Usage::stealPercent).orElse(null),
        usage.map(Usage::throttledPercent).orElse(null));
  }
}
