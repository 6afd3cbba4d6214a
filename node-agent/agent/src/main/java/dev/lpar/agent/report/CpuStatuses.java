package dev.lpar.agent.report;

import dev.lpar.agent.plan.CpuReport;
import dev.lpar.agent.plan.Entitlement;
import dev.lpar.agent.plan.Entitlement.Figures;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.api.v1alpha1.EntitlementReason;
import dev.lpar.api.v1alpha1.PageSize;
import dev.lpar.api.v1alpha1.PartitionCpu;
import dev.lpar.api.v1alpha1.PartitionCpu.Usage;
import dev.lpar.api.v1alpha1.PartitionMemory;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What statuses tell of partitions' CPUs and memory. Values to values. */
final class CpuStatuses {
  private CpuStatuses() {}

  static @Nullable PartitionCpu cpu(@Nullable CpuReport report) {
    if (report == null) {
      return null;
    }
    var entitlement = report.entitlement();
    var pins = report.pins().stream().map(String::valueOf).collect(Collectors.joining(","));
    return new PartitionCpu(
        pins.isEmpty() ? null : pins,
        report.emulator().toString(),
        reason(entitlement.verdict()),
        entitlement.message(),
        entitlement.figures() == null ? null : usage(entitlement.figures()));
  }

  /** Of a guest that is there: what is off has no memory. */
  static @Nullable PartitionMemory memory(PartitionReport report) {
    var intent = report.intent();
    return report.pid() == null || intent == null
        ? null
        : new PartitionMemory(
            report.cpu() == null ? null : report.cpu().numaNode(),
            PageSize.valueOf(intent.pages().name()));
  }

  private static Usage usage(Figures figures) {
    return new Usage(
        decimals(3, figures.entitled()),
        decimals(3, figures.used()),
        figures.shared() == 0 ? null : decimals(1, 100 * figures.used() / figures.shared()),
        decimals(1, 100 * figures.waited() / figures.vcpus()),
        decimals(1, 100 * figures.heldBack() / figures.vcpus()));
  }

  static String decimals(int count, double number) {
    return String.format(Locale.ROOT, "%." + count + "f", number);
  }

  private static EntitlementReason reason(Entitlement.Verdict verdict) {
    return switch (verdict) {
      case MET -> EntitlementReason.MET;
      case BELOW_ENTITLEMENT -> EntitlementReason.BELOW_ENTITLEMENT;
      case CPUS_DISTURBED -> EntitlementReason.CPUS_DISTURBED;
      case NOT_ENFORCED -> EntitlementReason.NOT_ENFORCED;
      case NOT_MEASURED -> EntitlementReason.NOT_MEASURED;
    };
  }
}
