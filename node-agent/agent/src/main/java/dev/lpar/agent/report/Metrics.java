package dev.lpar.agent.report;

import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.report.PrometheusText.Kind;
import java.util.List;
import java.util.Locale;

/** What Prometheus is told: all that statuses show, without their limits. */
public final class Metrics {
  private final String version;
  private volatile List<PartitionReport> reports = List.of();

  public Metrics(String version) {
    this.version = version;
  }

  public void tell(List<PartitionReport> now) {
    reports = List.copyOf(now);
  }

  public String text() {
    var now = reports;
    var text = new PrometheusText();
    text.metric("lpar_agent_info", Kind.GAUGE, "Version of the agent.");
    text.sample("lpar_agent_info", 1, "version", version);
    text.metric("lpar_partition_up", Kind.GAUGE, "1 while the guest runs, 0 otherwise.");
    for (var report : now) {
      sample(text, "lpar_partition_up", report, report.situation() == Situation.RUNNING ? 1 : 0);
    }
    text.metric("lpar_partition_situation", Kind.GAUGE, "1, with the situation as a label.");
    for (var report : now) {
      var intent = report.intent();
      text.sample(
          "lpar_partition_situation",
          1,
          "namespace",
          intent == null ? "" : intent.namespace(),
          "lpar",
          intent == null ? "" : intent.name(),
          "situation",
          report.situation().name().toLowerCase(Locale.ROOT));
    }
    text.metric(
        "lpar_partition_restarts_total", Kind.COUNTER, "Starts after a crash since activation.");
    for (var report : now) {
      sample(text, "lpar_partition_restarts_total", report, report.restarts());
    }
    text.metric(
        "lpar_partition_vm_exits_total", Kind.COUNTER, "VM exits of all vCPUs since activation.");
    for (var report : now) {
      if (report.exits() != null) {
        sample(text, "lpar_partition_vm_exits_total", report, report.exits().total());
      }
    }
    return text.toString();
  }

  private static void sample(
      PrometheusText text, String name, PartitionReport report, double value) {
    var intent = report.intent();
    text.sample(
        name,
        value,
        "namespace",
        intent == null ? "" : intent.namespace(),
        "lpar",
        intent == null ? "" : intent.name(),
        "id",
        report.id().text());
  }
}
