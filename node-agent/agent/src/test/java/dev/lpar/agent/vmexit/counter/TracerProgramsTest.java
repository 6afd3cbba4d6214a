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
}
