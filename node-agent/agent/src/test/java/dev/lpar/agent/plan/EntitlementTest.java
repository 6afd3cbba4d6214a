package dev.lpar.agent.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.plan.Entitlement.Due;
import dev.lpar.agent.plan.Entitlement.Verdict;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntitlementTest {
  /** Of ten seconds: vCPUs as "ran/waited" in milliseconds. */
  private static CpuUse use(String vcpus, int throttled) {
    var times = new ArrayList<VcpuTime>();
    for (var vcpu : vcpus.strip().split(" ")) {
      var time = vcpu.split("/");
      times.add(
          new VcpuTime(
              Duration.ofMillis(Integer.parseInt(time[0])),
              Duration.ofMillis(Integer.parseInt(time[1]))));
    }
    return new CpuUse(Duration.ofSeconds(10), times, Duration.ofMillis(throttled));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          idle                                   | 25 | 4 | 12/3 9/1             | 0     | MET
          as much as it is due                   | 25 | 4 | 5000/5000 5000/5000  | 0     | MET
          a quarter of a point below             | 25 | 4 | 4950/5050 4950/5050  | 0     | MET
          just over half a point below           | 25 | 4 | 4890/5110 4890/5110  | 0     | BELOW_ENTITLEMENT
          more than its due, lent                | 25 | 4 | 9000/1000 9000/1000  | 0     | MET
          one vCPU busy, nobody in its way       | 50 | 4 | 9990/5 3/0           | 0     | MET
          one vCPU busy, held up                 | 50 | 4 | 8000/2000 3/0        | 0     | MET
          both busy, held up                     | 50 | 4 | 8000/2000 8000/2000  | 0     | BELOW_ENTITLEMENT
          waits a little, wants little           | 50 | 4 | 2000/300 2000/300    | 0     | MET
          the cap holds it at its due            | 10 | 4 | 2000/8000 2000/8000  | 16000 | MET
          the cap holds it below its due         | 10 | 4 | 1800/8000 1800/8000  | 16000 | BELOW_ENTITLEMENT
          at the edge of the cap, wants no more  | 10 | 4 | 1950/40 1950/40      | 60    | MET
          its vCPUs in each other's way          | 99 | 1 | 2500/0 2500/2500 2500/5000 | 0 | MET
          its vCPUs and others in their way      | 50 | 2 | 2500/7500 2500/7500 2500/7500 | 0 | BELOW_ENTITLEMENT
          """)
  void aSharedPartitionIsBelowOnlyWhenItWantedMore(
      String what, int ratio, int shared, String vcpus, int throttled, Verdict expected) {
    var use = use(vcpus, throttled);
    var judged =
        Entitlement.judge(new Due(use.vcpus().size(), ratio, shared), use, null, List.of());
    assertEquals(expected, judged.verdict(), what);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          alone on its CPUs        | 10000/0 10000/0    | MET
          half idle                | 10000/0 12/1       | MET
          somebody else runs there | 10000/0 9000/1000  | BELOW_ENTITLEMENT
          """)
  void aDedicatedPartitionIsDueItsCpus(String what, String vcpus, Verdict expected) {
    var judged = Entitlement.judge(new Due(2, null, 6), use(vcpus, 0), null, List.of());
    assertEquals(expected, judged.verdict(), what);
  }

  /** Ten percent of sixteen CPUs, and a vCPU runs on one at a time. */
  @Test
  void noPartitionIsDueMoreThanItsVcpus() {
    assertEquals(1, new Due(1, 10, 16).cpus());
    assertEquals(1.6, new Due(2, 10, 16).cpus());
    assertEquals(2, new Due(2, null, 16).cpus());
  }

  @Test
  void whatTheCapHeldBackIsNotCountedAsWaiting() {
    var figures =
        Entitlement.judge(new Due(2, 10, 4), use("2500/7500 2500/7500", 12500), null, List.of())
            .figures();
    assertEquals(new Entitlement.Figures(2, 4, 0.4, 0.5, 0.25, 1.25), figures);
  }

  @Test
  void whatIsWrongIsToldBeforeWhatIsMeasured() {
    var due = new Due(2, 10, 4);
    var use = use("0/0 0/0", 0);
    assertEquals(Verdict.NOT_ENFORCED, Entitlement.judge(due, use, "no", List.of("x")).verdict());
    var disturbed = Entitlement.judge(due, use, null, List.of("thread 1", "interrupt 2"));
    assertEquals(Verdict.CPUS_DISTURBED, disturbed.verdict());
    assertEquals("thread 1; interrupt 2", disturbed.message());
    assertEquals(Verdict.NOT_MEASURED, Entitlement.judge(due, null, null, List.of()).verdict());
  }
}
