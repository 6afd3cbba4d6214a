package dev.lpar.agent.report;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.intent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.CpuReport;
import dev.lpar.agent.plan.Entitlement;
import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedExits;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.plan.TracePlan;
import dev.lpar.agent.report.PrometheusText.Kind;
import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.ExitGroup;
import dev.lpar.agent.vmexit.ExitSource;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.GuestExits;
import dev.lpar.model.CpuSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
  @Test
  void partitionsExitsAndCpusAreTold() {
    var metrics = new Metrics("1.0");
    var report =
        new PartitionReport(
            A,
            intent(A),
            Situation.RUNNING,
            null,
            42L,
            "10",
            Instant.EPOCH,
            1,
            List.of(),
            List.of(),
            new CpuReport(
                List.of(),
                CpuSet.of(0),
                null,
                new Entitlement(
                    Entitlement.Verdict.MET,
                    "",
                    new Entitlement.Figures(2, 4, 0.5, 0.498, 0.25, 0.125)),
                new Sample(
                    Duration.ofSeconds(60),
                    List.of(
                        new VcpuTime(Duration.ofMillis(7200), Duration.ofMillis(300)),
                        new VcpuTime(Duration.ofMillis(800), Duration.ofMillis(200))),
                    Duration.ofMillis(125))));
    var histogram = new long[ExitTally.BUCKETS];
    histogram[9] = 3;
    histogram[11] = 4;
    histogram[31] = 1;
    metrics.tell(
        new HostPlan(
            List.of(),
            Map.of(),
            List.of(report),
            new HostPlan.CpuSets(CpuSet.of(0), CpuSet.parse("1-2"), CpuSet.parse("3-6"), 1),
            TracePlan.NOTHING),
        new ObservedExits(
            null,
            5,
            new ObservedExits.Cost(9, Duration.ofMillis(2)),
            Map.of(
                A,
                new GuestExits(
                    ExitSource.BPF,
                    Map.of(
                        new ExitFactor("CPUID", ExitGroup.INSTRUCTION_EMULATION),
                        new ExitTally(8, 500_000_000, 0, 9000, histogram)),
                    null))));
    var page = metrics.text();
    for (var line :
        List.of(
            "lpar_vm_exits_total{%s,group=\"Instruction emulation\",factor=\"CPUID\"} 8",
            "lpar_vm_exit_seconds_total{%s,group=\"Instruction emulation\",factor=\"CPUID\"} 0.5",
            "lpar_vm_exit_duration_seconds_bucket{%s,group=\"Instruction emulation\",le=\"1.024E-6\"} 3",
            "lpar_vm_exit_duration_seconds_bucket{%s,group=\"Instruction emulation\",le=\"4.096E-6\"} 7",
            "lpar_vm_exit_duration_seconds_bucket{%s,group=\"Instruction emulation\",le=\"+Inf\"} 8",
            "lpar_vm_exit_duration_seconds_count{%s,group=\"Instruction emulation\"} 8",
            "lpar_vm_exits_lost_total 5",
            "lpar_vm_exit_monitor_seconds_total 0.002",
            "lpar_partition_cpu_entitled_cpus{%s} 0.5",
            "lpar_partition_cpu_used_cpus{%s} 0.498",
            "lpar_partition_vcpu_seconds_total{%s} 8",
            "lpar_partition_vcpu_wait_seconds_total{%s} 0.5",
            "lpar_partition_cpu_throttled_seconds_total{%s} 0.125",
            "lpar_blade_cpus{set=\"host\"} 1",
            "lpar_blade_cpus{set=\"dedicated\"} 2",
            "lpar_blade_cpus{set=\"shared\"} 4")) {
      var labels = "namespace=\"shop\",lpar=\"lpar-a\",id=\"" + A + "\"";
      assertTrue(page.contains(line.formatted(labels) + "\n"), page);
    }
  }

  @Test
  void labelsAreEscapedAndNumbersAreExact() {
    var text =
        new PrometheusText()
            .metric("m", Kind.GAUGE, "Help.")
            .sample("m", 0.5, "l", "a\"b\\c\nd")
            .sample("m", 1e15)
            .toString();
    assertEquals(
        """
        # HELP m Help.
        # TYPE m gauge
        m{l="a\\"b\\\\c\\nd"} 0.5
        m 1000000000000000
        """,
        text);
  }
}
