package dev.lpar.agent.execute;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.C;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.power;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.HostStep;
import dev.lpar.agent.plan.TraceId;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.agent.plan.TracePlan.Phase;
import dev.lpar.agent.plan.TracePlan.Report;
import dev.lpar.agent.plan.TraceReason;
import dev.lpar.agent.vmexit.TraceFilter;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Traces of VM exits under the real observer, planner and executor. */
class TraceLifeTest {
  private static final TraceId ONE = new TraceId("11111111-0000-4000-8000-000000000001");
  private static final TraceId TWO = new TraceId("22222222-0000-4000-8000-000000000002");

  private final Rig rig = new Rig();

  private static TraceOrder order(TraceId id, LparId partition, int records) {
    return order(id, partition, records, TraceFilter.ALL);
  }

  private static TraceOrder order(TraceId id, LparId partition, int records, TraceFilter filter) {
    return new TraceOrder(id, "shop", "trace", partition, Duration.ofSeconds(10), records, filter);
  }

  private List<Report> settled(List<TraceOrder> traces, PartitionIntent... partitions) {
    rig.traces = traces;
    rig.want(partitions);
    return rig.settle().traces().reports();
  }

  private static void assertTold(Report report, Phase phase, TraceReason reason) {
    assertEquals(List.of(phase, reason), List.of(report.phase(), report.reason()));
  }

  @Test
  void isTakenOnceAndItsEndIsTold() {
    var traces = List.of(order(ONE, A, 1000));
    assertTold(settled(traces, intent(A)).getFirst(), Phase.TRACING, TraceReason.RECORDING);
    rig.blade.tracer.ended(ONE, TraceReason.TIME_UP, null, 700);
    var told = settled(traces, intent(A)).getFirst();
    assertTold(told, Phase.COMPLETE, TraceReason.TIME_UP);
    assertEquals(700, told.observed().ended().result().records());
    rig.restartAgent();
    assertTold(settled(traces, intent(A)).getFirst(), Phase.COMPLETE, TraceReason.TIME_UP);
  }

  @Test
  void waitsForItsGuestAndBeginsWithIt() {
    var traces = List.of(order(ONE, A, 1000));
    assertTold(
        settled(traces, power(intent(A), Power.STOPPED)).getFirst(),
        Phase.PENDING,
        TraceReason.GUEST_NOT_RUNNING);
    assertTold(settled(traces, intent(A)).getFirst(), Phase.TRACING, TraceReason.RECORDING);
  }

  @Test
  void endsWithItsGuestAndIsKept() {
    var traces = List.of(order(ONE, A, 1000));
    settled(traces, intent(A));
    assertTold(
        settled(traces, power(intent(A), Power.STOPPED)).getFirst(),
        Phase.COMPLETE,
        TraceReason.GUEST_ENDED);
    // Nor does the partition's next life begin it again.
    assertTold(settled(traces, intent(A)).getFirst(), Phase.COMPLETE, TraceReason.GUEST_ENDED);
    assertTold(settled(traces).getFirst(), Phase.COMPLETE, TraceReason.GUEST_ENDED);
  }

  @Test
  void oneIsTakenAtATimeInTheirOrder() {
    var traces = List.of(order(ONE, A, 1000), order(TWO, B, 1000));
    var told = settled(traces, intent(A), intent(B));
    assertTold(told.get(0), Phase.TRACING, TraceReason.RECORDING);
    assertTold(told.get(1), Phase.PENDING, TraceReason.ANOTHER_TRACE_RUNS);
    rig.blade.tracer.ended(ONE, TraceReason.RECORD_LIMIT, null, 1000);
    told = settled(traces, intent(A), intent(B));
    assertTold(told.get(0), Phase.COMPLETE, TraceReason.RECORD_LIMIT);
    assertTold(told.get(1), Phase.TRACING, TraceReason.RECORDING);
  }

  @Test
  void oneThatIsNotWantedIsEndedAndRemoved() {
    settled(List.of(order(ONE, A, 1000)), intent(A));
    assertEquals(List.of(), settled(List.of(), intent(A)));
    assertEquals(List.of(), rig.blade.tracer.traces());
  }

  @Test
  void nothingIsRemovedWhileItIsNotKnownWhatIsWanted() {
    settled(List.of(order(ONE, A, 1000)), intent(A));
    rig.restartAgent();
    rig.desired = new dev.lpar.agent.plan.Desired.Unknown();
    rig.settle();
    assertEquals(1, rig.blade.tracer.traces().size());
  }

  @Test
  void tracesOfABladeStayWithinTheirRoom() {
    int most = 5_000_000;
    var ids =
        List.of(
            ONE,
            TWO,
            new TraceId("33333333-0000-4000-8000-000000000003"),
            new TraceId("44444444-0000-4000-8000-000000000004"),
            new TraceId("55555555-0000-4000-8000-000000000005"));
    var traces = ids.stream().map(id -> order(id, A, most)).toList();
    for (var id : ids.subList(0, 4)) {
      settled(traces, intent(A));
      rig.blade.tracer.ended(id, TraceReason.RECORD_LIMIT, null, most);
    }
    var told = settled(traces, intent(A)).getLast();
    assertTold(told, Phase.PENDING, TraceReason.NO_ROOM);
    assertEquals(
        "traces on this blade take 915 Mi of 1024 Mi, and this one may take 228 Mi more:"
            + " delete an ExitTrace, or ask for a smaller spec.maxRecords",
        told.message());
    assertTold(
        settled(traces.subList(1, 5), intent(A)).getLast(), Phase.TRACING, TraceReason.RECORDING);
  }

  @Test
  void whatKeepsATraceFromBeingTakenIsTold() {
    rig.blade.exits.refusal = "the kernel has no BPF";
    var told = settled(List.of(order(ONE, A, 1000)), intent(A)).getFirst();
    assertTold(told, Phase.PENDING, TraceReason.EXITS_NOT_COUNTED);
    assertEquals("the kernel has no BPF", told.message());

    rig.blade.exits.refusal = "";
    rig.clock.pass(Duration.ofMinutes(1));
    rig.blade.tracer.refusal = "bpf(BPF_PROG_LOAD): EPERM";
    told = settled(List.of(order(ONE, A, 1000)), intent(A)).getFirst();
    assertTold(told, Phase.FAILED, TraceReason.TRACER_REFUSED);
    assertEquals("bpf(BPF_PROG_LOAD): EPERM", told.message());
  }

  @Test
  void aFactorThatNoExitHasIsNamed() {
    var filter = new TraceFilter(Set.of(), Set.of("CR3 wrte"), null, 0);
    var told = settled(List.of(order(ONE, C, 1000, filter)), intent(A)).getFirst();
    assertTold(told, Phase.FAILED, TraceReason.UNKNOWN_FACTOR);
    assertTrue(told.message().startsWith("spec.filter.factors: there is no factor \"CR3 wrte\""));
    var numbered = new TraceFilter(Set.of(), Set.of("CR3 write", "VMX exit 99"), null, 0);
    told = settled(List.of(order(ONE, C, 1000, numbered)), intent(A)).getFirst();
    assertTold(told, Phase.PENDING, TraceReason.GUEST_NOT_RUNNING);
  }

  @Test
  void theGuestsLifeGoesOnBeside() {
    settled(List.of(order(ONE, A, 1000)), intent(A));
    rig.blade.tracer.refusal = "no";
    var plan = rig.settle();
    assertEquals(List.<HostStep>of(), Rig.steps(plan));
    assertTrue(plan.settled());
  }
}
