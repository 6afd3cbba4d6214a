package dev.lpar.agent.report;

import dev.lpar.agent.plan.ObservedExits;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.report.PrometheusText.Kind;
import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.ExitGroup;
import dev.lpar.agent.vmexit.ExitSource;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.GuestExits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What Prometheus is told of VM exits: all of it, where statuses have a digest. */
final class ExitMetrics {
  /** Upper bounds of the histogram's buckets, powers of two in ns: from 1 µs to 1 s. */
  private static final int FIRST_BOUND = 10;

  private static final int LAST_BOUND = 30;
  private static final int BOUND_STEP = 2;

  private final PrometheusText text;
  private final List<Told> told = new ArrayList<>();

  /** A guest's exits and the labels that name it. */
  private record Told(String[] labels, GuestExits exits) {
    String[] and(String... more) {
      return Stream.concat(Stream.of(labels), Stream.of(more)).toArray(String[]::new);
    }
  }

  private ExitMetrics(PrometheusText text, List<PartitionReport> reports, ObservedExits exits) {
    this.text = text;
    for (var report : reports) {
      var guest = exits.guests().get(report.id());
      if (guest != null) {
        told.add(new Told(Metrics.labels(report), guest));
      }
    }
  }

  static void write(PrometheusText text, List<PartitionReport> reports, ObservedExits exits) {
    var metrics = new ExitMetrics(text, reports, exits);
    metrics.byFactor(
        "lpar_vm_exits_total", "VM exits since the guest's start.", false, ExitTally::count);
    metrics.byFactor(
        "lpar_vm_exit_seconds_total",
        "Time from exit to entry since the guest's start, but for time halted or stopped.",
        true,
        tally -> tally.nanos() / 1e9);
    metrics.byFactor(
        "lpar_vm_exit_wait_seconds_total",
        "What of the time from exit to entry was time halted, or stopped from outside.",
        true,
        tally -> tally.waitedNanos() / 1e9);
    metrics.durations();
    metrics.overhead();
    monitor(text, exits);
  }

  private void byFactor(
      String name, String help, boolean timed, ToDoubleFunction<ExitTally> value) {
    text.metric(name, Kind.COUNTER, help);
    for (var guest : told) {
      if (timed && guest.exits.source() != ExitSource.BPF) {
        continue;
      }
      guest.exits.total().entrySet().stream()
          .sorted(Map.Entry.comparingByKey(Comparator.comparing(ExitFactor::name)))
          .forEach(
              entry ->
                  text.sample(
                      name,
                      value.applyAsDouble(entry.getValue()),
                      guest.and(
                          "group",
                          entry.getKey().group().text(),
                          "factor",
                          entry.getKey().name())));
    }
  }

  private void durations() {
    var name = "lpar_vm_exit_duration_seconds";
    text.metric(
        name, Kind.HISTOGRAM, "Time from exit to entry, but for time halted or stopped, by group.");
    for (var guest : told) {
      if (guest.exits.source() == ExitSource.BPF) {
        guest.exits.groups().forEach((group, tally) -> durations(name, guest, group, tally));
      }
    }
  }

  private void durations(String name, Told guest, ExitGroup group, ExitTally tally) {
    long below = 0;
    int next = 0;
    for (int bound = FIRST_BOUND; bound <= LAST_BOUND; bound += BOUND_STEP) {
      for (; next < bound; next++) {
        below += tally.histogram()[next];
      }
      text.sample(
          name + "_bucket",
          below,
          guest.and("group", group.text(), "le", Double.toString((1L << bound) / 1e9)));
    }
    for (; next < ExitTally.BUCKETS; next++) {
      below += tally.histogram()[next];
    }
    text.sample(name + "_bucket", below, guest.and("group", group.text(), "le", "+Inf"));
    text.sample(name + "_sum", tally.nanos() / 1e9, guest.and("group", group.text()));
    text.sample(name + "_count", below, guest.and("group", group.text()));
  }

  private void overhead() {
    text.metric(
        "lpar_vm_exit_overhead_ratio",
        Kind.GAUGE,
        "Handling of exits other than halts over the vCPUs' run time, in the last interval.");
    for (var guest : told) {
      var percent = guest.exits.overheadPercent();
      if (percent != null) {
        text.sample("lpar_vm_exit_overhead_ratio", percent / 100, guest.labels);
      }
    }
  }

  private static void monitor(PrometheusText text, ObservedExits exits) {
    text.metric(
        "lpar_vm_exit_accounting",
        Kind.GAUGE,
        "1 while exits are counted in the kernel, 0 while KVM's own statistics are told.");
    text.sample("lpar_vm_exit_accounting", exits.unavailable() == null ? 1 : 0);
    text.metric(
        "lpar_vm_exits_lost_total",
        Kind.COUNTER,
        "Exits of any guest that the counter had no room for.");
    text.sample("lpar_vm_exits_lost_total", exits.lost());
    var cost = exits.cost();
    if (cost != null) {
      text.metric(
          "lpar_vm_exit_monitor_runs_total",
          Kind.COUNTER,
          "Runs of the counter's programs while the kernel kept count of them.");
      text.sample("lpar_vm_exit_monitor_runs_total", cost.runs());
      text.metric(
          "lpar_vm_exit_monitor_seconds_total",
          Kind.COUNTER,
          "CPU time of the counter's programs while the kernel kept count of it.");
      text.sample("lpar_vm_exit_monitor_seconds_total", cost.time().toNanos() / 1e9);
    }
  }
}
