package dev.lpar.agent.vmexit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lpar.agent.vmexit.ExitAccount.Sample;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitAccountTest {
  private static final ExitFactor CPUID = new ExitFactor("CPUID", ExitGroup.INSTRUCTION_EMULATION);
  private static final ExitFactor HLT = new ExitFactor("HLT", ExitGroup.HALT);

  private final ExitAccount account = new ExitAccount(Duration.ofSeconds(10));

  private static ExitTally tally(long count, long nanos) {
    return new ExitTally(count, nanos, 0, nanos, new long[ExitTally.BUCKETS]);
  }

  private static Sample sample(long second, ExitTally cpuid) {
    return new Sample(
        Duration.ofSeconds(second),
        ExitSource.BPF,
        Map.of(CPUID, cpuid, HLT, tally(1000 * second, 1_000_000_000L * second)),
        Duration.ofSeconds(2 * second),
        Duration.ZERO);
  }

  @Test
  void anIntervalIsToldWhenItIsLongEnough() {
    assertNull(account.after(sample(100, tally(500, 1_000_000))).last());
    assertNull(account.after(sample(109, tally(600, 2_000_000))).last());
    var last = account.after(sample(110, tally(700, 201_000_000))).last();
    assertNotNull(last);
    assertEquals(Duration.ofSeconds(10), last.length());
    assertEquals(tally(200, 200_000_000).count(), last.exits().get(CPUID).count());
    assertEquals((200 + 10_000) / 10.0, last.perSecond());
    // 0.2 s of 20 s that the vCPUs ran; the halts' time is none of it.
    assertEquals(0.01, last.overhead().orElseThrow(), 1e-9);
    var kept = account.after(sample(115, tally(800, 301_000_000)));
    assertEquals(last, kept.last());
    assertEquals(800 + 115_000, kept.count());
  }

  @ParameterizedTest(
      name = "handled {0} ms, of that {1} ms without a CPU, ran {2} ms: {3} % overhead")
  @CsvSource({
    "0, 0, 1000, 0",
    "100, 0, 1000, 10",
    "100, 40, 1000, 6",
    // A halted vCPU that waits for a CPU waits in its halt: no more than nothing is left.
    "100, 400, 1000, 0",
    // The clocks of the two figures are read one after the other.
    "1001, 0, 1000, 100",
  })
  void overheadIsHandlingOverRunTime(long handled, long delayed, long ran, double percent) {
    var interval =
        new GuestExits.Interval(
            Duration.ofSeconds(10),
            Map.of(CPUID, tally(1, 1_000_000 * handled), HLT, tally(9, 5_000_000_000L)),
            Duration.ofMillis(ran),
            Duration.ofMillis(delayed));
    var exits = new GuestExits(ExitSource.BPF, Map.of(), interval);
    assertEquals(percent, exits.overheadPercent(), 1e-9);
  }

  @Test
  void nothingIsToldOfWhatIsNotKnown() {
    var noTime =
        new GuestExits.Interval(
            Duration.ofSeconds(10), Map.of(CPUID, tally(1, 5)), null, Duration.ZERO);
    assertNull(new GuestExits(ExitSource.BPF, Map.of(), noTime).overheadPercent());
    var neverRan =
        new GuestExits.Interval(
            Duration.ofSeconds(10), Map.of(CPUID, tally(1, 5)), Duration.ZERO, Duration.ZERO);
    assertNull(new GuestExits(ExitSource.BPF, Map.of(), neverRan).overheadPercent());
    assertNull(new GuestExits(ExitSource.BPF, Map.of(), null).overheadPercent());
  }

  @Test
  void figuresOfAnotherSourceBeginAnew() {
    account.after(sample(100, tally(500, 0)));
    assertNotNull(account.after(sample(110, tally(600, 0))).last());
    var statistics =
        new Sample(
            Duration.ofSeconds(120),
            ExitSource.KVM_STATISTICS,
            Map.of(HLT, tally(7, 0)),
            null,
            Duration.ZERO);
    assertNull(account.after(statistics).last());
  }

  @Test
  void kvmsStatisticsTellSomeKindsAndTheRest() {
    assertEquals(
        Optional.of(
            Map.of(
                new ExitFactor("Halt exits", ExitGroup.HALT), tally(300, 0),
                new ExitFactor("I/O exits", ExitGroup.INSTRUCTION_EMULATION), tally(50, 0),
                new ExitFactor("Not told apart", ExitGroup.OTHER), tally(650, 0))),
        ExitAccount.byFactorOfStatistics(
            Map.of("exits", 1000L, "halt_exits", 300L, "io_exits", 50L, "invlpg", 0L)));
    assertEquals(Optional.empty(), ExitAccount.byFactorOfStatistics(Map.of("halt_exits", 3L)));
  }

  @Test
  void talliesOfOneFactorAreOne() {
    var exits =
        ExitAccount.byFactor(
            Map.of(
                new ExitKey(Isa.SVM, 0x72, 0), tally(3, 30),
                new ExitKey(Isa.VMX, 10, 0), tally(4, 40)));
    assertEquals(Map.of(CPUID, new ExitTally(7, 70, 0, 40, new long[ExitTally.BUCKETS])), exits);
  }
}
