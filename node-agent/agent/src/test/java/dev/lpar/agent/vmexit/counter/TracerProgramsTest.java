package dev.lpar.agent.vmexit.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitRecord;
import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.tracer.TraceLayout;
import dev.lpar.agent.vmexit.tracer.TracerPrograms;
import java.util.List;
import org.junit.jupiter.api.Test;

class TracerProgramsTest {
  private static final int CPUID = 0x72;

  private final CountedGuest guest = new CountedGuest(CounterLayout.MOST_TALLIES);

  private static List<String> programs(int process, int minNanos) throws Exception {
    return TracerPrograms.of(
            TracepointFormatTest.parsed("kvm_exit"),
            TracepointFormatTest.parsed("kvm_entry"),
            process,
            minNanos)
        .stream()
        .map(attached -> attached.tracepoint().name() + attached.program().fingerprint())
        .toList();
  }

  @Test
  void eachGuestAndEachThresholdHasProgramsOfItsOwn() throws Exception {
    var programs = programs(4711, 0);
    assertEquals(programs, programs(4711, 0));
    assertNotEquals(programs, programs(4712, 0));
    assertNotEquals(programs, programs(4711, 1000));
  }

  @Test
  void aKernelThatDoesNotTellTheInstructionIsRefused() throws Exception {
    var exit =
        TracepointFormat.parse(
            "kvm_exit", TracepointFormatTest.recorded("kvm_exit").replace("guest_rip;", "rip;"));
    var refusal =
        assertThrows(
            UnusableFormatException.class,
            () -> TracerPrograms.of(exit, TracepointFormatTest.parsed("kvm_entry"), 4711, 0));
    assertEquals("kvm:kvm_exit has no field guest_rip", refusal.getMessage());
  }

  @Test
  void aRecordIsReadAsItWasWritten() {
    var record =
        new ExitRecord(
            Long.MAX_VALUE,
            ExitRecord.UNKNOWN,
            7,
            0xffffffff81a2b3c4L,
            511,
            1023,
            new ExitKey(Isa.SVM, 0xffff_ffffL, 0x20030));
    assertEquals(record, TraceLayout.read(TraceLayout.write(record)));
    assertEquals("0xffffffff81a2b3c4", record.addressText());
  }

  // ---- what they record

  private void trace(int process, int minNanos) throws Exception {
    guest.machine.hash(
        TraceLayout.OPEN, TraceLayout.THREAD_SIZE, TraceLayout.RECORD_SIZE, TraceLayout.MOST_VCPUS);
    guest.machine.ring(TraceLayout.RING);
    guest.machine.array(TraceLayout.MISSED, 8, 1);
    guest.attach(
        TracerPrograms.of(
            TracepointFormatTest.parsed("kvm_exit"),
            TracepointFormatTest.parsed("kvm_entry"),
            process,
            minNanos));
  }

  private List<ExitRecord> recorded() {
    return guest.machine.submitted.stream().map(TraceLayout::read).toList();
  }

  private long missed() {
    return guest.machine.entry(TraceLayout.MISSED, 0).getLong(0);
  }

  private static ExitRecord ofCpuid(long nanos, long handled, int cpu) {
    return new ExitRecord(
        nanos, handled, 0, CountedGuest.ADDRESS, cpu, 0, new ExitKey(Isa.SVM, CPUID, 0));
  }

  private void exit(long at, int reason) {
    guest.machine.clock = at;
    guest.exit(reason);
  }

  private void enter(long at) {
    guest.machine.clock = at;
    guest.enter();
  }

  @Test
  void eachExitIsRecordedAsTheCounterCountsIt() throws Exception {
    trace(4711, 0);
    guest.machine.cpu = 5;
    exit(1_000, CPUID);
    guest.machine.cpu = 6;
    enter(1_700);
    exit(2_000, CPUID);
    enter(2_030);
    assertEquals(List.of(ofCpuid(1_000, 700, 5), ofCpuid(2_000, 30, 6)), recorded());
    assertEquals(730, guest.tallies().values().stream().mapToLong(tally -> tally.nanos()).sum());
    assertEquals(0, missed());
  }

  @Test
  void whatItsHandlerTellsAndItsWaitAreInTheRecord() throws Exception {
    trace(4711, 0);
    guest.machine.clock = 100;
    guest.exit(3, Isa.SVM, 0x400, 0xf, 0, 0);
    guest.hit("kvm_apic", guest.record().putInt(12, 0xb0));
    guest.hit("kvm_vcpu_wakeup", guest.record().putLong(8, 300));
    enter(600);
    assertEquals(
        List.of(
            new ExitRecord(
                100,
                200,
                300,
                CountedGuest.ADDRESS,
                0,
                3,
                new ExitKey(Isa.SVM, 0x400, 0x20000 | 0x0b))),
        recorded());
  }

  @Test
  void whatTheTracerTakesIsNotTheGuests() throws Exception {
    trace(4711, 0);
    guest.machine.tick = 7;
    exit(1_000, CPUID);
    enter(1_700);
    assertEquals(List.of(ofCpuid(1_007, 693, 0)), recorded());
    assertEquals(693, guest.tallies().values().iterator().next().nanos());
  }

  @Test
  void otherGuestsAreNotRecorded() throws Exception {
    trace(4711, 0);
    guest.runs(4712, 4711);
    exit(1, CPUID);
    enter(2);
    assertEquals(List.of(), recorded());
    assertEquals(1, guest.tallies().size());
  }

  @Test
  void allThreadsOfTheGuestAreRecorded() throws Exception {
    trace(4711, 0);
    exit(1, CPUID);
    guest.runs(4711, 4713);
    exit(2, CPUID);
    enter(5);
    guest.runs(4711, 4712);
    enter(9);
    assertEquals(List.of(ofCpuid(2, 3, 0), ofCpuid(1, 8, 0)), recorded());
  }

  @Test
  void shorterOnesThanAskedForAreNotRecorded() throws Exception {
    trace(4711, 500);
    exit(1_000, CPUID);
    enter(1_499);
    exit(2_000, CPUID);
    enter(2_500);
    exit(3_000, CPUID);
    exit(4_000, CPUID);
    enter(4_600);
    assertEquals(List.of(ofCpuid(2_000, 500, 0), ofCpuid(4_000, 600, 0)), recorded());
    assertEquals(0, missed());
  }

  @Test
  void anExitThatTheKernelEndsWithoutTellingHasNoTime() throws Exception {
    trace(4711, 0);
    exit(1_000, CPUID);
    exit(2_000, CPUID);
    enter(2_100);
    assertEquals(
        List.of(ofCpuid(1_000, ExitRecord.UNKNOWN, 0), ofCpuid(2_000, 100, 0)), recorded());
  }

  @Test
  void theExitInWhichATraceBeginsIsNotRecorded() throws Exception {
    guest.exit(CPUID);
    trace(4711, 0);
    enter(50);
    exit(60, CPUID);
    enter(70);
    assertEquals(List.of(ofCpuid(60, 10, 0)), recorded());
  }

  @Test
  void whatFindsNoRoomIsCounted() throws Exception {
    trace(4711, 0);
    guest.machine.room = 2;
    for (int i = 1; i <= 5; i++) {
      exit(10 * i, CPUID);
      enter(10 * i + 1);
    }
    assertEquals(List.of(ofCpuid(10, 1, 0), ofCpuid(20, 1, 0)), recorded());
    assertEquals(3, missed());
    guest.machine.room = 1;
    exit(100, CPUID);
    enter(101);
    assertEquals(ofCpuid(100, 1, 0), recorded().getLast());
  }
}
