package dev.lpar.agent.report;

import dev.lpar.agent.plan.ObservedExits;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.vmexit.Advisor;
import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.ExitGroup;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.Facts;
import dev.lpar.agent.vmexit.FindingReason;
import dev.lpar.agent.vmexit.GuestExits;
import dev.lpar.agent.vmexit.Isa;
import dev.lpar.api.v1alpha1.BladeStatus.Virtualization;
import dev.lpar.api.v1alpha1.ExitSource;
import dev.lpar.api.v1alpha1.VmExits;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What statuses tell of VM exits. Values to values. */
final class ExitStatuses {
  /** A status isn't a table: what comes after these is one line. */
  private static final int MOST_FACTORS = 24;

  private static final ExitFactor REST = new ExitFactor("rest", ExitGroup.OTHER);

  private static final Comparator<Map.Entry<?, ExitTally>> COSTLIEST =
      Comparator.<Map.Entry<?, ExitTally>>comparingLong(entry -> entry.getValue().nanos())
          .thenComparingLong(entry -> entry.getValue().count())
          .reversed();

  private ExitStatuses() {}

  static Virtualization virtualization(Virtualization found, ObservedExits exits) {
    var unavailable = exits.unavailable();
    return new Virtualization(
        found.isa(),
        found.nestedPaging(),
        found.iommu(),
        found.apicVirtualization(),
        unavailable == null ? ExitSource.BPF : ExitSource.KVM_STATISTICS,
        unavailable);
  }

  /**
   * @param report of the guest
   * @param blade what its processors offer
   */
  static @Nullable VmExits of(
      @Nullable GuestExits exits, PartitionReport report, Virtualization blade) {
    if (exits == null) {
      return null;
    }
    var since = report.activatedAt();
    var last = exits.last();
    var overhead = exits.overheadPercent();
    boolean timed = exits.source() == dev.lpar.agent.vmexit.ExitSource.BPF;
    return new VmExits(
        since == null ? null : since.truncatedTo(ChronoUnit.SECONDS).toString(),
        timed ? ExitSource.BPF : ExitSource.KVM_STATISTICS,
        exits.count(),
        last == null ? null : CpuStatuses.decimals(1, last.perSecond()),
        overhead == null ? null : CpuStatuses.decimals(2, overhead),
        groups(exits, timed),
        factors(exits, timed),
        timed && last != null ? findings(last, report, blade) : List.of());
  }

  private static List<VmExits.Finding> findings(
      GuestExits.Interval last, PartitionReport report, Virtualization blade) {
    var intent = report.intent();
    if (intent == null) {
      return List.of();
    }
    // As it runs: what the spec says may wait for the next activation.
    boolean dedicated = report.cpu() != null && !report.cpu().pins().isEmpty();
    var setup =
        new Facts.Setup(
            dedicated,
            last.exits().keySet().stream().noneMatch(factor -> factor.group() == ExitGroup.HALT),
            isa(blade.isa()),
            blade.apicVirtualization(),
            blade.nestedPaging());
    return Advisor.findings(new Facts(last, intent.cpu().vcpus(), setup)).stream()
        .map(finding -> new VmExits.Finding(word(finding.reason()), finding.message()))
        .toList();
  }

  private static Isa isa(@Nullable String name) {
    return switch (name) {
      case "VMX" -> Isa.VMX;
      case "SVM" -> Isa.SVM;
      case null, default -> Isa.UNKNOWN;
    };
  }

  /** Such as ShadowPaging. */
  private static String word(FindingReason reason) {
    return Stream.of(reason.name().split("_"))
        .map(part -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  private static List<VmExits.Group> groups(GuestExits exits, boolean timed) {
    var groups = exits.groups();
    long nanos = groups.values().stream().mapToLong(ExitTally::nanos).sum();
    return groups.entrySet().stream()
        .sorted(COSTLIEST)
        .map(
            entry -> {
              var tally = entry.getValue();
              return new VmExits.Group(
                  entry.getKey().text(),
                  tally.count(),
                  timed ? seconds(tally.nanos()) : null,
                  tally.waitedNanos() == 0 ? null : seconds(tally.waitedNanos()),
                  nanos == 0 ? null : CpuStatuses.decimals(3, (double) tally.nanos() / nanos));
            })
        .toList();
  }

  private static List<VmExits.Factor> factors(GuestExits exits, boolean timed) {
    var sorted = exits.total().entrySet().stream().sorted(COSTLIEST).toList();
    var factors = new ArrayList<VmExits.Factor>();
    var rest = ExitTally.NONE;
    for (int i = 0; i < sorted.size(); i++) {
      if (i < MOST_FACTORS) {
        factors.add(factor(sorted.get(i).getKey(), sorted.get(i).getValue(), timed));
      } else {
        rest = rest.plus(sorted.get(i).getValue());
      }
    }
    if (rest.count() > 0) {
      factors.add(factor(REST, rest, timed));
    }
    return factors;
  }

  private static VmExits.Factor factor(ExitFactor factor, ExitTally tally, boolean timed) {
    return new VmExits.Factor(
        factor.name(),
        factor.group().text(),
        tally.count(),
        timed ? seconds(tally.nanos()) : null,
        timed ? tally.maxNanos() / 1000 : null);
  }

  private static String seconds(long nanos) {
    return CpuStatuses.decimals(3, nanos / 1e9);
  }
}
