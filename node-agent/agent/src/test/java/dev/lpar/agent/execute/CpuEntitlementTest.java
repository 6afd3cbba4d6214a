package dev.lpar.agent.execute;

import static dev.lpar.agent.execute.CpuIntents.DEDICATED;
import static dev.lpar.agent.execute.CpuIntents.set;
import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.cpu;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.host.FakeCpus;
import dev.lpar.agent.plan.Entitlement.Verdict;
import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What guests use is measured, and judged by what they were due while it was. */
class CpuEntitlementTest {
  private final Rig rig = new Rig();
  private final FakeCpus cpus = rig.blade.cpus;

  private void sample(LparId id, long second, long ran, long waited) {
    cpus.samples.put(
        id,
        new Sample(
            Duration.ofSeconds(second),
            List.of(new VcpuTime(Duration.ofMillis(ran), Duration.ofMillis(waited))),
            Duration.ZERO));
  }

  @Test
  void useIsMeasuredOverWholeIntervalsWithoutAChangeInThem() {
    var one = cpu(intent(A), new Processors.Shared(1, 20, false));
    rig.settleWith(one);
    sample(A, 100, 0, 0);
    rig.plan();
    sample(A, 105, 5000, 0);
    assertEquals(null, Rig.report(rig.plan(), A).cpu().entitlement().figures(), "too short");
    sample(A, 110, 6000, 4000);
    assertEquals(0.6, Rig.report(rig.plan(), A).cpu().entitlement().figures().used());
    sample(A, 115, 6000, 9000);
    rig.settleWith(cpu(one, new Processors.Shared(1, 30, false)));
    assertEquals(
        Verdict.NOT_MEASURED,
        Rig.report(rig.plan(), A).cpu().entitlement().verdict(),
        "an interval with a change in it says nothing");
    sample(A, 120, 6500, 13500);
    rig.plan();
    sample(A, 130, 8000, 22000);
    var entitlement = Rig.report(rig.plan(), A).cpu().entitlement();
    assertEquals(Verdict.BELOW_ENTITLEMENT, entitlement.verdict());
  }

  /** What it was measured with is what it was due by, whatever it is to have next. */
  @Test
  void aChangeIsNotJudgedByWhatWasMeasuredBeforeIt() {
    var spinner = cpu(intent(A), new Processors.Shared(1, 20, false));
    rig.settleWith(spinner, DEDICATED);
    sample(A, 100, 0, 0);
    rig.plan();
    sample(A, 110, 2000, 8000);
    assertEquals(Verdict.MET, Rig.report(rig.plan(), A).cpu().entitlement().verdict());
    rig.want(cpu(intent(A), new Processors.Shared(1, 40, false)), DEDICATED);
    assertEquals(
        Verdict.MET,
        Rig.report(rig.plan(), A).cpu().entitlement().verdict(),
        "twice the ratio is asked for and not yet set");
    rig.want(spinner, power(DEDICATED, Power.STOPPED));
    rig.round(100);
    assertEquals(set("1-3"), rig.plan().cpus().shared());
    assertEquals(
        Verdict.MET,
        Rig.report(rig.plan(), A).cpu().entitlement().verdict(),
        "three times the CPUs are shared and it isn't yet let onto them");
  }
}
