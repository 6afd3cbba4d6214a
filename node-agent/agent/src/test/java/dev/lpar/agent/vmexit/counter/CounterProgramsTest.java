package dev.lpar.agent.vmexit.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.Qualifier;
import dev.lpar.agent.vmexit.Qualifier.MsrClass;
import dev.lpar.agent.vmexit.Qualifier.PortClass;
import dev.lpar.agent.vmexit.Qualifier.VectorClass;
import dev.lpar.agent.vmexit.counter.CounterLayout.TallyKey;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The counter's programs, instruction by instruction. */
class CounterProgramsTest {
  private static final int HLT = 0x78;
  private static final int CPUID = 0x72;
  private static final int EINTR = 4;

  private CountedGuest guest = new CountedGuest(CounterLayout.MOST_TALLIES);

  private ExitTally tally() {
    assertEquals(1, guest.tallies().size(), () -> guest.tallies().toString());
    return guest.tallies().values().iterator().next();
  }

  private ExitKey counted() {
    assertEquals(1, guest.tallies().size(), () -> guest.tallies().toString());
    return guest.tallies().keySet().iterator().next().exit();
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

  private static int place(long thread, int probe) {
    return (int) (thread + (long) probe * CounterLayout.STRIDE & CounterLayout.MOST_VCPUS - 1);
  }

  private long holder(int place) {
    return guest.machine.entry(CounterLayout.VCPUS, place).getLong(CounterLayout.THREAD);
  }

  /** Gives the first of a thread's places to others, whose first they are. */
  private void takeByOthers(int thread, int places) {
    for (int probe = 0; probe < places; probe++) {
      int other = place(thread, probe) + 2 * CounterLayout.MOST_VCPUS;
      guest.runs(99, other);
      guest.exit(CPUID);
      guest.enter();
      assertEquals(guest.machine.thread, holder(place(thread, probe)));
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
    assertEquals(guest.machine.thread, holder(place(4712, taken)));
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
    guest.machine.entry(CounterLayout.VCPUS, place(4712, 1)).putLong(CounterLayout.THREAD, 0);
    guest.enter();
    guest.exit(CPUID);
    guest.enter();
    assertEquals(2, countOf(4711));
    assertEquals(guest.machine.thread, holder(place(4712, 3)));
    assertEquals(0, holder(place(4712, 1)));
  }

  @Test
  void aPlaceIsTakenOverWithNothingOfTheOneBefore() {
    guest.machine.clock = 100;
    guest.exit(7, Isa.SVM, HLT, 0, 0, 0);
    guest.hit("kvm_vcpu_wakeup", guest.record().putLong(8, 300));
    guest.hit("kvm_userspace_exit", guest.record().putInt(12, -EINTR));
    guest.machine.entry(CounterLayout.VCPUS, place(4712, 0)).putLong(CounterLayout.THREAD, 0);

    guest.runs(5000, 4712 + CounterLayout.MOST_VCPUS);
    guest.machine.clock = 1_000;
    guest.exit(1, Isa.SVM, CPUID, 0, 0, 0);
    assertEquals(guest.machine.thread, holder(place(4712, 0)));
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

  // ---- qualifiers

  private static int port(PortClass name, int in) {
    return name.ordinal() << 1 | in;
  }

  private static Stream<Arguments> qualified() {
    return Stream.of(
        arguments("CPUID", Isa.VMX, 10, 0x7fffL, 0, 0, 0),
        arguments("#UD", Isa.VMX, 0, 0L, 0x80000306, 0, 6),
        arguments("#PF, of a write by the user", Isa.VMX, 0, 0L, 0x80000b0e, 0x7, 14 | 7 << 8),
        arguments(
            "#PF, bits that don't matter", Isa.VMX, 0, 0L, 0x80000b0e, 0x8015, 14 | 0x15 << 8),
        arguments("timer", Isa.VMX, 1, 0L, 0x800000ec, 0, VectorClass.TIMER.ordinal()),
        arguments("rescheduling", Isa.VMX, 1, 0L, 0x800000fd, 0, VectorClass.RESCHEDULE.ordinal()),
        arguments("a device", Isa.VMX, 1, 0L, 0x80000031, 0, VectorClass.DEVICE.ordinal()),
        arguments("mov to cr3 from rdx", Isa.VMX, 28, 0x203L, 0, 0, 0x03),
        arguments("mov from cr8", Isa.VMX, 28, 0x18L, 0, 0, 0x18),
        arguments("clts", Isa.VMX, 28, 0x20L, 0, 0, 0x20),
        arguments(
            "in from the PM timer",
            Isa.VMX,
            30,
            0x0608_000bL,
            0,
            0,
            port(PortClass.ACPI_PM_TIMER, 1)),
        arguments("out to COM1", Isa.VMX, 30, 0x03f8_0000L, 0, 0, port(PortClass.SERIAL, 0)),
        arguments(
            "a failed entry's flag",
            Isa.VMX,
            0x8000_0000 | 30,
            0x0cf8_0003L,
            0,
            0,
            port(PortClass.PCI_CONFIG, 0)),
        arguments("EOI at the APIC page", Isa.VMX, 44, 0x10b0L, 0, 0, Qualifier.APIC | 0x0b),
        arguments("APIC write", Isa.VMX, 56, 0x300L, 0, 0, Qualifier.APIC | 0x30),
        arguments("EPT violation", Isa.VMX, 48, 0x1a2L, 0, 0, 0x22),
        arguments("in from the RTC", Isa.SVM, 0x7b, 0x0071_0221L, 0, 0, port(PortClass.RTC, 1)),
        arguments("out to port 0x80", Isa.SVM, 0x7b, 0x0080_0210L, 0, 0, port(PortClass.DELAY, 0)),
        arguments("#PF", Isa.SVM, 0x4e, 0xffff_0007L, 0, 0, 0x07),
        arguments("NPF", Isa.SVM, 0x400, 0x1_0000_000fL, 0, 0, 0x0f),
        arguments("AVIC", Isa.SVM, 0x402, 0x1_0000_0380L, 0, 0, Qualifier.APIC | 0x38),
        arguments("mov to cr3", Isa.SVM, 0x13, 0x8000_0001L, 0, 0, 0));
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource
  void qualified(
      String what, Isa isa, int reason, long info, int interrupt, int error, int qualifier) {
    guest.exit(0, isa, reason, info, interrupt, error);
    guest.enter();
    assertEquals(new ExitKey(isa, Integer.toUnsignedLong(reason), qualifier), counted(), what);
  }

  @Test
  void eachPortAndEachVectorHasItsClass() {
    for (int port = 0; port < 0x10000; port += 7) {
      guest.exit(0, Isa.SVM, 0x7b, (long) port << 16 | 1, 0, 0);
      var entry = guest.machine.entry(CounterLayout.VCPUS, place(4712, 0));
      assertEquals(
          port(PortClass.of(port), 1),
          entry.getInt(CounterLayout.KEY_QUALIFIER) & 0xffffff,
          Integer.toHexString(port));
    }
    for (int vector = 0; vector < 256; vector++) {
      guest.exit(0, Isa.VMX, 1, 0, 0x80000000 | vector, 0);
      var entry = guest.machine.entry(CounterLayout.VCPUS, place(4712, 0));
      assertEquals(
          VectorClass.of(vector).ordinal(), entry.getInt(CounterLayout.KEY_QUALIFIER) & 0xffffff);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x6e0, TSC_DEADLINE",
    "0x7ff, OTHER",
    "0x800, X2APIC",
    "0x8ff, X2APIC",
    "0x900, OTHER",
    "0x4b564cff, OTHER",
    "0x4b564d00, KVM",
    "0x4b564dff, KVM",
    "0x4b564e00, OTHER",
    "0x10, TSC",
    "0x11, KVM",
    "0x12, KVM",
    "0x13, OTHER",
    "0x3b, TSC",
    "0x47, OTHER",
    "0x48, SPECULATION",
    "0x49, SPECULATION",
    "0x4a, OTHER",
    "0xc000007f, OTHER",
    "0xc0000080, LONG_MODE",
    "0xc0000103, LONG_MODE",
    "0xc0000104, OTHER",
    "0xffffffff, OTHER"
  })
  void anMsrHasItsClass(String number, MsrClass name) {
    for (int write = 0; write < 2; write++) {
      guest.exit(0, Isa.SVM, 0x7c, write, 0, 0);
      guest.hit(
          "kvm_msr",
          guest
              .record()
              .putInt(8, write)
              .putInt(12, Integer.parseUnsignedInt(number.substring(2), 16)));
      var entry = guest.machine.entry(CounterLayout.VCPUS, place(4712, 0));
      assertEquals(
          Isa.SVM.number() << CounterLayout.ISA_SHIFT | Qualifier.MSR | name.ordinal() << 1 | write,
          entry.getInt(CounterLayout.KEY_QUALIFIER));
    }
  }

  @Test
  void theApicsRegisterSaysMoreThanTheMsrItWasReachedBy() {
    guest.exit(0, Isa.SVM, 0x7c, 1, 0, 0);
    guest.hit("kvm_apic", guest.record().putInt(8, 1).putInt(12, 0xb0));
    guest.hit("kvm_msr", guest.record().putInt(8, 1).putInt(12, 0x80b));
    guest.enter();
    assertEquals(new ExitKey(Isa.SVM, 0x7c, Qualifier.APIC | 0x0b), counted());
  }

  @Test
  void whatIsToldAfterTheEntryIsOfNoExit() {
    guest.exit(CPUID);
    guest.enter();
    guest.hit("kvm_apic", guest.record().putInt(12, 0xb0));
    guest.hit("kvm_msr", guest.record().putInt(12, 0x10));
    guest.exit(CPUID);
    guest.enter();
    assertEquals(new ExitKey(Isa.SVM, CPUID, 0), counted());
  }

  @Test
  void anUnknownReasonIsCountedAsItIs() {
    guest.exit(0, Isa.VMX, 0x1234, 0, 0, 0);
    guest.enter();
    assertEquals(new ExitKey(Isa.VMX, 0x1234, 0), counted());
  }
}
