package dev.lpar.agent.report;

import dev.lpar.agent.plan.Entitlement;
import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedExits;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.report.PrometheusText.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What Prometheus is told: all that statuses show, without their limits. */
public final class Metrics {
  /** Media type of {@link #text}. */
  public static final String TYPE = PrometheusText.TYPE;

  private final String version;
  private volatile @Nullable Told told;

  public Metrics(String version) {
    this.version = version;
  }

  private record Told(HostPlan plan, ObservedExits exits) {}

  public void tell(HostPlan plan, ObservedExits exits) {
    told = new Told(plan, exits);
  }

  public String text() {
    var known = told;
    var now = known == null ? List.<PartitionReport>of() : known.plan.reports();
    var text = new PrometheusText();
    text.metric("lpar_agent_info", Kind.GAUGE, "Version of the agent.");
    text.sample("lpar_agent_info", 1, "version", version);
    text.metric("lpar_partition_up", Kind.GAUGE, "1 while the guest runs, 0 otherwise.");
    for (var report : now) {
      sample(text, "lpar_partition_up", report, report.situation() == Situation.RUNNING ? 1 : 0);
    }
    text.metric("lpar_partition_situation", Kind.GAUGE, "1, with the situation as a label.");
    for (var report : now) {
      var situation = report.situation().name().toLowerCase(Locale.ROOT);
      text.sample("lpar_partition_situation", 1, labels(report, "situation", situation));
    }
    text.metric(
        "lpar_partition_restarts_total", Kind.COUNTER, "Starts after a crash since activation.");
    for (var report : now) {
      sample(text, "lpar_partition_restarts_total", report, report.restarts());
    }
    cpus(text, now);
    verdicts(text, now);
    cpuTimes(text, now);
    if (known != null) {
      ExitMetrics.write(text, now, known.exits);
      sets(text, known.plan.cpus());
    }
    return text.toString();
  }

  private static void cpus(PrometheusText text, List<PartitionReport> now) {
    figure(
        text,
        now,
        "lpar_partition_cpu_entitled_cpus",
        "CPUs that the partition was due over the last interval.",
        Entitlement.Figures::entitled);
    figure(
        text,
        now,
        "lpar_partition_cpu_used_cpus",
        "CPUs that its vCPUs used over the last interval.",
        Entitlement.Figures::used);
    figure(
        text,
        now,
        "lpar_partition_cpu_waited_cpus",
        "CPUs that its vCPUs waited for over the last interval, but for what the cap held back.",
        Entitlement.Figures::waited);
    figure(
        text,
        now,
        "lpar_partition_cpu_throttled_cpus",
        "CPUs that the cap kept from its vCPUs over the last interval.",
        Entitlement.Figures::heldBack);
  }

  /**
   * What no sum of the figures tells: of the vCPUs that waited, some waited for each other, which
   * isn't wanting more CPUs.
   */
  private static void verdicts(PrometheusText text, List<PartitionReport> now) {
    text.metric(
        "lpar_partition_entitlement",
        Kind.GAUGE,
        "1, with the verdict on the CPUs of the last interval as a label.");
    for (var report : now) {
      if (report.cpu() != null) {
        var verdict = report.cpu().entitlement().verdict().name().toLowerCase(Locale.ROOT);
        text.sample("lpar_partition_entitlement", 1, labels(report, "verdict", verdict));
      }
    }
  }

  private static void cpuTimes(PrometheusText text, List<PartitionReport> now) {
    time(
        text,
        now,
        "lpar_partition_vcpu_seconds_total",
        "CPU time that its vCPUs used since activation.",
        sample -> sum(sample, VcpuTime::ran));
    time(
        text,
        now,
        "lpar_partition_vcpu_wait_seconds_total",
        "Time that its vCPUs were ready and waited since activation, for a CPU or the cap.",
        sample -> sum(sample, VcpuTime::waited));
    time(
        text,
        now,
        "lpar_partition_cpu_throttled_seconds_total",
        "Time that the cap held its vCPUs back since activation, summed over the CPUs.",
        Sample::throttled);
  }

  private static Duration sum(Sample sample, Function<VcpuTime, Duration> time) {
    return sample.vcpus().stream().map(time).reduce(Duration.ZERO, Duration::plus);
  }

  private static void time(
      PrometheusText text,
      List<PartitionReport> now,
      String name,
      String help,
      Function<Sample, Duration> value) {
    text.metric(name, Kind.COUNTER, help);
    for (var report : now) {
      if (report.cpu() != null && report.cpu().counters() != null) {
        sample(text, name, report, value.apply(report.cpu().counters()).toMillis() / 1000.0);
      }
    }
  }

  private static void sets(PrometheusText text, HostPlan.CpuSets sets) {
    text.metric("lpar_blade_cpus", Kind.GAUGE, "CPUs of the blade, by what they are for.");
    text.sample("lpar_blade_cpus", sets.host().size(), "set", "host");
    text.sample("lpar_blade_cpus", sets.dedicated().size(), "set", "dedicated");
    text.sample("lpar_blade_cpus", sets.shared().size(), "set", "shared");
  }

  private static void figure(
      PrometheusText text,
      List<PartitionReport> now,
      String name,
      String help,
      ToDoubleFunction<Entitlement.Figures> value) {
    text.metric(name, Kind.GAUGE, help);
    for (var report : now) {
      if (report.cpu() != null && report.cpu().entitlement().figures() != null) {
        sample(text, name, report, value.applyAsDouble(report.cpu().entitlement().figures()));
      }
    }
  }

  private static void sample(
      PrometheusText text, String name, PartitionReport report, double value) {
    text.sample(name, value, labels(report));
  }

  /** Names and values, in turn. */
  static String[] labels(PartitionReport report, String... more) {
    var intent = report.intent();
    var own =
        Stream.of(
            "namespace",
            intent == null ? "" : intent.namespace(),
            "lpar",
            intent == null ? "" : intent.name(),
            "id",
            report.id().text());
    return Stream.concat(own, Stream.of(more)).toArray(String[]::new);
  }
}
