package dev.lpar.agent.observe;

import static dev.lpar.agent.plan.Intents.A;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lpar.agent.host.FakeClock;
import dev.lpar.agent.host.FakeExits;
import dev.lpar.agent.plan.ObservedExits;
import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitSource;
import dev.lpar.agent.vmexit.Isa;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExitWatchTest {
  private static final ExitKey CPUID = new ExitKey(Isa.SVM, 0x72, 0);

  private final FakeExits counter = new FakeExits();
  private final FakeClock clock = new FakeClock();
  private final ExitWatch watch = new ExitWatch(counter, clock);

  private ObservedExits look(long pid, long statistics) {
    return look(pid, statistics, RunState.RUNNING);
  }

  private ObservedExits look(long pid, long statistics, RunState state) {
    return watch.look(
        Map.of(A, pid),
        Map.of(A, new Guest.Answering(state, Map.of("exits", statistics), Map.of(), List.of(1L))),
        Map.of());
  }

  @Test
  void theCounterIsReadEveryTenSecondsAndForANewGuest() {
    counter.count(100, CPUID, 50, 0);
    assertEquals(50, look(100, 9).guests().get(A).count());
    counter.count(100, CPUID, 70, 0);
    clock.pass(Duration.ofSeconds(9));
    assertEquals(50, look(100, 9).guests().get(A).count());
    assertEquals(1, counter.reads);
    clock.pass(Duration.ofSeconds(1));
    var exits = look(100, 9).guests().get(A);
    assertEquals(70, exits.count());
    assertNotNull(exits.last());
    assertEquals(2.0, exits.last().perSecond());
    counter.count(200, CPUID, 5, 0);
    var other = look(200, 9).guests().get(A);
    assertEquals(5, other.count());
    assertNull(other.last(), "another process is another guest, counted anew");
  }

  @Test
  void aGuestThatIsPausedIsToldWithAllItsExits() {
    counter.count(100, CPUID, 50, 0);
    look(100, 9);
    counter.count(100, CPUID, 53, 0);
    assertEquals(53, look(100, 9, RunState.PAUSED).guests().get(A).count());
    assertEquals(2, counter.reads);
    look(100, 9, RunState.PAUSED);
    assertEquals(2, counter.reads);
  }

  @Test
  void withoutACounterKvmsStatisticsAreToldWithTheReasonUntilThereIsOne() {
    counter.refusal = "no tracepoint kvm:kvm_exit";
    var told = look(100, 1000);
    assertEquals("no tracepoint kvm:kvm_exit", told.unavailable());
    assertEquals(ExitSource.KVM_STATISTICS, told.guests().get(A).source());
    assertEquals(1000, told.guests().get(A).count());
    assertNull(told.cost());
    counter.refusal = "";
    counter.count(100, CPUID, 1100, 0);
    clock.pass(Duration.ofSeconds(10));
    told = look(100, 1100);
    assertNull(told.unavailable());
    assertEquals(ExitSource.BPF, told.guests().get(A).source());
    assertNull(told.guests().get(A).last(), "the two don't compare");
  }

  @Test
  void aGuestThatIsGoneIsToldNoMore() {
    counter.count(100, CPUID, 50, 0);
    look(100, 9);
    assertEquals(Map.of(), watch.look(Map.of(), Map.of(), Map.of()).guests());
  }
}
