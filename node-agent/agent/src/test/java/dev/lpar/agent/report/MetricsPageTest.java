package dev.lpar.agent.report;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.C;
import static dev.lpar.agent.plan.Intents.intent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.CpuReport;
import dev.lpar.agent.plan.Entitlement;
import dev.lpar.agent.plan.Entitlement.Verdict;
import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedExits;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.plan.TracePlan;
import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.ExitGroup;
import dev.lpar.agent.vmexit.ExitSource;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.GuestExits;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The page that Prometheus reads of a blade, with a sample of every metric. It is committed:
 * promtool checks its format (hack/promtool-checks), and the chart's tests hold the names in alerts
 * and dashboard against it.
 */
class MetricsPageTest {
  private static final Path GOLDEN = Path.of("src/test/resources/metrics.txt");
  private static final LparId D = new LparId("dddddddd-0000-4000-8000-000000000004");
  private static final LparId E = new LparId("eeeeeeee-0000-4000-8000-000000000005");
  private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (\\S+) ");
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^([a-z_]+?)(_bucket|_sum|_count)?[{ ]");

  @Test
  void isTheOneThatIsCommitted() throws Exception {
    if (Boolean.getBoolean("lpar.golden.write")) {
      Files.writeString(GOLDEN, page());
    }
    assertEquals(
        Files.readString(GOLDEN),
        page(),
        "the metrics changed: if that is meant, run mvn -pl node-agent/agent -am test"
            + " -Dtest=MetricsPageTest -Dsurefire.failIfNoSpecifiedTests=false"
            + " -Dlpar.golden.write=true, and look at the chart's alerts and dashboard");
  }

  @Test
  void hasASampleOfEveryMetric() {
    var families = new TreeSet<String>();
    FAMILY.matcher(page()).results().forEach(found -> families.add(found.group(1)));
    var samples = new TreeSet<String>();
    SAMPLE.matcher(page()).results().forEach(found -> samples.add(found.group(1)));
    assertEquals(families, samples);
    assertTrue(families.size() > 10, families::toString);
  }

  @Test
  void hasEverySampleOnce() {
    var names = page().lines().map(line -> line.substring(0, line.lastIndexOf(' '))).toList();
    assertEquals(names.stream().distinct().toList(), names);
  }

  /** One partition shares CPUs, one has its own, one is down, and two nobody wants any more. */
  private static String page() {
    var metrics = new Metrics("1.0");
    metrics.tell(
        new HostPlan(
            List.of(),
            Map.of(),
            List.of(
                report(
                    A,
                    intent(A),
                    Situation.RUNNING,
                    cpu(
                        new Entitlement.Figures(2, 4, 0.5, 0.498, 0.25, 0.125),
                        new VcpuTime(Duration.ofMillis(7200), Duration.ofMillis(300)),
                        new VcpuTime(Duration.ofMillis(800), Duration.ofMillis(200)))),
                report(
                    B,
                    intent(B),
                    Situation.RUNNING,
                    cpu(
                        new Entitlement.Figures(1, 0, 1, 0.75, 0, 0),
                        new VcpuTime(Duration.ofMillis(1250), Duration.ZERO))),
                report(C, intent(C), Situation.BACK_OFF, null),
                report(D, null, Situation.POWERING_OFF, null),
                report(E, null, Situation.POWERING_OFF, null)),
            new HostPlan.CpuSets(CpuSet.of(0), CpuSet.parse("1-2"), CpuSet.parse("3-6"), 1),
            TracePlan.NOTHING),
        new ObservedExits(
            null,
            5,
            new ObservedExits.Cost(900, Duration.ofNanos(450_000)),
            Map.of(
                A,
                exits(
                    Map.of(
                        new ExitFactor("CPUID", ExitGroup.INSTRUCTION_EMULATION),
                        tally(8, 500_000_000, 0),
                        new ExitFactor("I/O serial port", ExitGroup.INSTRUCTION_EMULATION),
                        tally(4, 300_000_000, 0),
                        new ExitFactor("HLT", ExitGroup.HALT),
                        tally(20, 60_000, 30_000_000_000L))),
                B,
                exits(
                    Map.of(new ExitFactor("CR3 write", ExitGroup.CR_ACCESS), tally(2, 7000, 0))))));
    return metrics.text();
  }

  private static PartitionReport report(
      LparId id, @Nullable PartitionIntent intent, Situation situation, @Nullable CpuReport cpu) {
    return new PartitionReport(
        id,
        intent,
        situation,
        null,
        null,
        null,
        Instant.EPOCH,
        situation == Situation.BACK_OFF ? 3 : 0,
        List.of(),
        List.of(),
        cpu);
  }

  private static CpuReport cpu(Entitlement.Figures figures, VcpuTime... vcpus) {
    return new CpuReport(
        List.of(),
        CpuSet.of(0),
        null,
        new Entitlement(Verdict.MET, "", figures),
        new Sample(
            Duration.ofSeconds(60),
            List.of(vcpus),
            Duration.ofMillis((long) (1000 * figures.heldBack()))));
  }

  /** Half of what there was in all came in the last interval, in which the vCPUs ran 8 s. */
  private static GuestExits exits(Map<ExitFactor, ExitTally> total) {
    var last = new HashMap<ExitFactor, ExitTally>();
    total.forEach(
        (factor, tally) ->
            last.put(factor, tally(tally.count() / 2, tally.nanos() / 2, tally.waitedNanos() / 2)));
    return new GuestExits(
        ExitSource.BPF,
        total,
        new GuestExits.Interval(
            Duration.ofSeconds(10), last, Duration.ofSeconds(8), Duration.ZERO));
  }

  private static ExitTally tally(long count, long nanos, long waited) {
    var histogram = new long[ExitTally.BUCKETS];
    histogram[12] = count / 2;
    histogram[31] = count - count / 2;
    return new ExitTally(count, nanos, waited, nanos, histogram);
  }
}
