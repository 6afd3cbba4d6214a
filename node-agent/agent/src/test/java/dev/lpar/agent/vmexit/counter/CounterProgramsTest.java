package dev.lpar.agent.vmexit.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.counter.CounterLayout.TallyKey;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is counted, with which time and in whose entry: the programs, instruction by instruction.
 */
class CounterProgramsTest {
  private static final int HLT = 0x78;
  private static final int CPUID = 0x72;
  private static final int EINTR = 4;

  private CountedGuest guest = new CountedGuest(CounterLayout.MOST_TALLIES);

  private ExitTally tally() {
    assertEquals(1, guest.tallies().size(), () -> guest.tallies().toString());
    return guest.tallies().values().iterator().next();
  }

  private static ExitTally once(long nanos, long waited, int bucket) {
    var histogram = new long[ExitTally.BUCKETS];
    histogram[bucket] = 1;
    return new ExitTally(1, nanos, waited, nanos, histogram);
  }

  @Test
  void anExitIsCountedWithItsTimeWhenTheGuestIsEntered() {
    guest.machine.clock = 1_000;
    guest.exit(3, Isa.SVM, CPUID, 0, 0, 0);
    assertEquals(Map.of(), guest.tallies());
    guest.machine.clock = 1_700;
    guest.enter();
    assertEquals(
        Map.of(new TallyKey(4711, 3, new ExitKey(Isa.SVM, CPUID, 0)), once(700, 0, 9)),
        guest.tallies());
    guest.enter();
    assertEquals(1, tally().count(), "entered for the first time, or for another reason");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 0",
    "2, 1",
    "3, 1",
    "4, 2",
    "1023, 9",
    "1024, 10",
    "65535, 15",
    "65536, 16",
    "2147483647, 30",
    "2147483648, 31",
    "4294967295, 31",
    "4294967296, 31",
    "9000000000000, 31"
  })
  void theHistogramIsByTheBinaryLogarithm(long nanos, int bucket) {
    guest.machine.clock = 5;
    guest.exit(CPUID);
    guest.machine.clock = 5 + nanos;
    guest.enter();
    assertEquals(once(nanos, 0, bucket), tally());
  }

  @Test
  void sumsAndTheLongest() {
    for (long nanos : new long[] {30, 500, 20}) {
      guest.exit(CPUID);
      guest.machine.clock += nanos;
      guest.enter();
    }
    assertEquals(3, tally().count());
    assertEquals(550, tally().nanos());
    assertEquals(500, tally().maxNanos());
  }

  @Test
  void anExitThatTheKernelEndsWithoutTellingIsCountedWithoutATime() {
    guest.exit(CPUID);
    guest.machine.clock += 40;
    guest.exit(HLT);
    guest.machine.clock += 60;
    guest.enter();
    var byReason =
        guest.tallies().entrySet().stream()
            .collect(
                Collectors.toMap(entry -> entry.getKey().exit().reason(), Map.Entry::getValue));
    assertEquals(
        Map.of((long) HLT, once(60, 0, 5), (long) CPUID, new ExitTally(1, 0, 0, 0, new long[32])),
        byReason);
  }

  @Test
  void haltedTimeIsNotHandling() {
    guest.exit(HLT);
    guest.hit("kvm_vcpu_wakeup", guest.record().putLong(8, 300));
    guest.hit("kvm_vcpu_wakeup", guest.record().putLong(8, 200));
    guest.machine.clock += 700;
    guest.enter();
    assertEquals(once(200, 500, 7), tally());
  }

  @Test
  void noMoreIsWaitedThanItTook() {
    guest.exit(HLT);
    guest.hit("kvm_vcpu_wakeup", guest.record().putLong(8, 900));
    guest.machine.clock += 700;
    guest.enter();
    assertEquals(once(0, 700, 0), tally());
  }

  @Test
  void whatASignalStopsWaitsFromThenOn() {
    guest.exit(HLT);
    guest.machine.clock += 50;
    guest.hit("kvm_userspace_exit", guest.record().putInt(12, -EINTR));
    guest.machine.clock += 1_000;
    guest.hit("kvm_userspace_exit", guest.record().putInt(12, -EINTR));
    guest.machine.clock += 1_000;
    guest.enter();
    assertEquals(once(50, 2_000, 5), tally());
  }

  @Test
  void whatTheEmulatorHandlesIsHandling() {
    guest.exit(0x7b);
    guest.hit("kvm_userspace_exit", guest.record().putInt(12, 0));
    guest.machine.clock += 1_000;
    guest.enter();
    assertEquals(once(1_000, 0, 9), tally());
  }

  // ---- a thread's place

  private long holder(int place) {
    return guest.machine.entry(CounterLayout.VCPUS, place).getLong(CounterLayout.THREAD);
  }

  /** Gives the first of a thread's places to others, whose first they are. */
  private void takeByOthers(int thread, int places) {
    for (int probe = 0; probe < places; probe++) {
      int other = CountedGuest.place(thread, probe) + 2 * CounterLayout.MOST_VCPUS;
      guest.runs(99, other);
      guest.exit(CPUID);
      guest.enter();
      assertEquals(guest.machine.thread, holder(CountedGuest.place(thread, probe)));
    }
  }

  private long countOf(int process) {
    return guest.tallies().entrySet().stream()
        .filter(entry -> entry.getKey().tgid() == process)
        .mapToLong(entry -> entry.getValue().count())
        .sum();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void aThreadTakesTheFirstOfItsPlacesThatIsFree(int taken) {
    takeByOthers(4712, taken);
    guest.runs(4711, 4712);
    guest.exit(CPUID);
    guest.enter();
    guest.exit(CPUID);
    guest.enter();
    assertEquals(guest.machine.thread, holder(CountedGuest.place(4712, taken)));
    assertEquals(2, countOf(4711));
    assertEquals(taken, countOf(99));
    assertEquals(0, guest.lost());
  }

  @Test
  void withAllItsPlacesTakenEachExitIsToldAsLost() {
    takeByOthers(4712, CounterLayout.PROBES);
    guest.runs(4711, 4712);
    for (int i = 0; i < 5; i++) {
      guest.exit(CPUID);
      guest.enter();
    }
    assertEquals(5, guest.lost());
    assertEquals(0, countOf(4711));
    assertEquals(CounterLayout.PROBES, countOf(99));
  }

  @Test
  void aThreadFindsItsPlaceBehindOneThatIsFreeAgain() {
    takeByOthers(4712, 3);
    guest.runs(4711, 4712);
    guest.exit(CPUID);
    // As the agent forgets a thread that has ended.
    guest
        .machine
        .entry(CounterLayout.VCPUS, CountedGuest.place(4712, 1))
        .putLong(CounterLayout.THREAD, 0);
    guest.enter();
    guest.exit(CPUID);
    guest.enter();
    assertEquals(2, countOf(4711));
    assertEquals(guest.machine.thread, holder(CountedGuest.place(4712, 3)));
    assertEquals(0, holder(CountedGuest.place(4712, 1)));
  }

  @Test
  void aPlaceIsTakenOverWithNothingOfTheOneBefore() {
    guest.machine.clock = 100;
    guest.exit(7, Isa.SVM, HLT, 0, 0, 0);
    guest.hit("kvm_vcpu_wakeup", guest.record().putLong(8, 300));
    guest.hit("kvm_userspace_exit", guest.record().putInt(12, -EINTR));
    guest
        .machine
        .entry(CounterLayout.VCPUS, CountedGuest.place(4712, 0))
        .putLong(CounterLayout.THREAD, 0);

    guest.runs(5000, 4712 + CounterLayout.MOST_VCPUS);
    guest.machine.clock = 1_000;
    guest.exit(1, Isa.SVM, CPUID, 0, 0, 0);
    assertEquals(guest.machine.thread, holder(CountedGuest.place(4712, 0)));
    guest.machine.clock = 1_004;
    guest.enter();
    assertEquals(
        Map.of(new TallyKey(5000, 1, new ExitKey(Isa.SVM, CPUID, 0)), once(4, 0, 2)),
        guest.tallies());
  }

  @Test
  void aQuarterOfThePlacesIsRoomForAll() {
    var random = new Random(1);
    var threads = new HashSet<Integer>();
    while (threads.size() < CounterLayout.MOST_VCPUS / 4) {
      // Guests of 1 to 32 vCPUs, whose threads have numbers that follow each other.
      int first = 1_000 + random.nextInt(4_000_000);
      IntStream.range(first, first + 1 + random.nextInt(32)).forEach(threads::add);
    }
    for (int round = 0; round < 2; round++) {
      for (int thread : threads) {
        guest.runs(thread, thread);
        guest.exit(CPUID);
        guest.enter();
      }
    }
    assertEquals(0, guest.lost());
    assertEquals(threads.size(), guest.tallies().size());
    assertTrue(guest.tallies().values().stream().allMatch(tally -> tally.count() == 2));
  }

  @Test
  void exitsOfMoreKindsThanThereIsRoomForAreToldAsLost() {
    guest = new CountedGuest(2);
    for (int reason : new int[] {HLT, CPUID, 0x7c, HLT, 0x7c}) {
      guest.exit(reason);
      guest.enter();
    }
    assertEquals(2, guest.lost());
    assertEquals(3, countOf(4711));
  }
}
