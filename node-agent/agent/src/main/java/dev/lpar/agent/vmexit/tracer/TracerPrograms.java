package dev.lpar.agent.vmexit.tracer;

import static dev.lpar.linux.BpfProgram.Register.FRAME;
import static dev.lpar.linux.BpfProgram.Register.R0;
import static dev.lpar.linux.BpfProgram.Register.R1;
import static dev.lpar.linux.BpfProgram.Register.R2;
import static dev.lpar.linux.BpfProgram.Register.R3;
import static dev.lpar.linux.BpfProgram.Register.R6;
import static dev.lpar.linux.BpfProgram.Register.R7;
import static dev.lpar.linux.BpfProgram.Register.R8;
import static dev.lpar.linux.BpfProgram.Register.R9;

import dev.lpar.agent.vmexit.ExitRecord;
import dev.lpar.agent.vmexit.counter.CounterLayout;
import dev.lpar.agent.vmexit.counter.CounterPrograms.Attached;
import dev.lpar.agent.vmexit.counter.Fragments;
import dev.lpar.agent.vmexit.counter.TracepointFormat;
import dev.lpar.agent.vmexit.counter.UnusableFormatException;
import dev.lpar.linux.BpfProgram;
import dev.lpar.linux.BpfProgram.Assembler;
import dev.lpar.linux.BpfProgram.Function;
import dev.lpar.linux.BpfProgram.Operation;
import dev.lpar.linux.BpfProgram.Register;
import dev.lpar.linux.BpfProgram.Size;
import dev.lpar.linux.BpfProgram.Test;
import java.util.List;

/**
 * The programs that record the exits of one guest, attached while a trace is taken. They come after
 * the counter's on the same tracepoints, and take from its table what the exit was about and how
 * long it took: a trace says of each exit what the counter adds up. Another guest's exit costs a
 * comparison.
 */
public final class TracerPrograms {
  /** On the stack: an entry of {@link TraceLayout#OPEN} that is to be added. */
  private static final int NEW = Fragments.OWN - TraceLayout.RECORD_SIZE;

  private static final int NOEXIST = 1;

  /** BPF_RB_NO_WAKEUP: the reader looks by itself; to be woken would cost the guest time. */
  private static final int NO_WAKEUP = 1;

  /** Copied from the counter's entry, by their places there and in a record. */
  private static final int[][] NAMED = {
    {CounterLayout.KEY_VCPU, TraceLayout.VCPU},
    {CounterLayout.KEY_REASON, TraceLayout.REASON},
    {CounterLayout.KEY_QUALIFIER, TraceLayout.QUALIFIER}
  };

  private final int process;
  private final int minNanos;

  private TracerPrograms(int process, int minNanos) {
    this.process = process;
    this.minNanos = minNanos;
  }

  /**
   * In the order in which they are to be attached: an exit that is seen has an entry that is seen.
   *
   * @param exit format of kvm:kvm_exit
   * @param entry format of kvm:kvm_entry
   * @param process of the guest
   * @param minNanos shorter exits aren't recorded; 0 for all
   */
  public static List<Attached> of(
      TracepointFormat exit, TracepointFormat entry, int process, int minNanos)
      throws UnusableFormatException {
    var programs = new TracerPrograms(process, minNanos);
    return List.of(new Attached(exit, programs.exit(exit)), new Attached(entry, programs.entry()));
  }

  // r6: the tracepoint's record, r7: the exit that is open, r9: the counter's entry
  private BpfProgram exit(TracepointFormat format) throws UnusableFormatException {
    var address = format.field("guest_rip", 8);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    ofTheGuest(asm);
    counted(asm);
    Fragments.lookup(asm, TraceLayout.OPEN, Fragments.THREAD);
    asm.jumpIf(R0, Test.NOT_EQUAL, 0, "known");
    for (int offset = 0; offset < TraceLayout.RECORD_SIZE; offset += 8) {
      asm.store(FRAME, NEW + offset, Size.DOUBLE, 0);
    }
    Fragments.update(asm, TraceLayout.OPEN, Fragments.THREAD, NEW, NOEXIST);
    Fragments.lookup(asm, TraceLayout.OPEN, Fragments.THREAD);
    asm.jumpIf(R0, Test.NOT_EQUAL, 0, "known");
    Fragments.count(asm, TraceLayout.MISSED);
    asm.jump("end")
        .label("known")
        .set(R7, Operation.MOVE, R0)
        .load(R1, Size.DOUBLE, R7, TraceLayout.NANOS)
        .jumpIf(R1, Test.EQUAL, 0, "ended");
    // The kernel has entered the guest without telling when.
    if (minNanos == 0) {
      asm.store(R7, TraceLayout.HANDLED, Size.DOUBLE, (int) ExitRecord.UNKNOWN)
          .store(R7, TraceLayout.WAITED, Size.DOUBLE, 0);
      record(asm, "ended");
    }
    asm.label("ended");
    name(asm);
    Fragments.load(asm, R1, R6, address);
    asm.store(R7, TraceLayout.ADDRESS, Size.DOUBLE, R1)
        .call(Function.CPU_NUMBER)
        .store(R7, TraceLayout.CPU, Size.WORD, R0)
        .call(Function.MONOTONIC_NANOS)
        .store(R7, TraceLayout.NANOS, Size.DOUBLE, R0)
        // What this took isn't the guest's.
        .store(R9, CounterLayout.SINCE, Size.DOUBLE, R0);
    return asm.label("end").end().assemble();
  }

  // r7: the exit that is open, r9: the counter's entry, in which the exit has ended
  private BpfProgram entry() {
    var asm = new Assembler();
    ofTheGuest(asm);
    Fragments.lookup(asm, TraceLayout.OPEN, Fragments.THREAD);
    asm.jumpIf(R0, Test.EQUAL, 0, "end")
        .set(R7, Operation.MOVE, R0)
        .load(R1, Size.DOUBLE, R7, TraceLayout.NANOS)
        .jumpIf(R1, Test.EQUAL, 0, "end");
    counted(asm);
    asm.load(R1, Size.DOUBLE, R9, CounterLayout.SINCE)
        .jumpIf(R1, Test.NOT_EQUAL, 0, "end")
        .load(R1, Size.DOUBLE, R9, CounterLayout.WAITED)
        .store(R7, TraceLayout.WAITED, Size.DOUBLE, R1)
        .load(R8, Size.DOUBLE, R9, CounterLayout.HANDLED)
        .store(R7, TraceLayout.HANDLED, Size.DOUBLE, R8);
    // What it was about is known by now.
    name(asm);
    if (minNanos > 0) {
      asm.jumpIf(R8, Test.LESS, minNanos, "recorded");
    }
    record(asm, "recorded");
    asm.label("recorded").store(R7, TraceLayout.NANOS, Size.DOUBLE, 0);
    return asm.label("end").end().assemble();
  }

  /** Goes on for the guest's own threads alone, with their numbers on the stack. */
  private void ofTheGuest(Assembler asm) {
    asm.call(Function.PROCESS_AND_THREAD)
        .store(FRAME, Fragments.THREAD, Size.DOUBLE, R0)
        .set(R0, Operation.SHIFT_RIGHT, 32)
        .jumpIf(R0, Test.NOT_EQUAL, process, "end");
  }

  /** The counter's entry of the thread, in r9. */
  private static void counted(Assembler asm) {
    asm.load(R9, Size.DOUBLE, FRAME, Fragments.THREAD);
    Fragments.find(asm, "end");
  }

  /** Copies what the exit is about from the counter's entry at r9 to r7. */
  private static void name(Assembler asm) {
    for (var place : NAMED) {
      asm.load(R1, Size.WORD, R9, place[0]).store(R7, place[1], Size.WORD, R1);
    }
  }

  /** Puts the record at r7 into the ring, or counts that there was no room. */
  private static void record(Assembler asm, String goOn) {
    asm.map(R1, TraceLayout.RING)
        .set(R2, Operation.MOVE, TraceLayout.RECORD_SIZE)
        .set(R3, Operation.MOVE, 0)
        .call(Function.RING_RESERVE)
        .jumpIf(R0, Test.NOT_EQUAL, 0, "room");
    Fragments.count(asm, TraceLayout.MISSED);
    asm.jump(goOn).label("room");
    for (int offset = 0; offset < TraceLayout.RECORD_SIZE; offset += 8) {
      copy(asm, R7, R0, offset);
    }
    asm.set(R1, Operation.MOVE, R0).set(R2, Operation.MOVE, NO_WAKEUP).call(Function.RING_SUBMIT);
  }

  private static void copy(Assembler asm, Register from, Register to, int offset) {
    asm.load(R1, Size.DOUBLE, from, offset).store(to, offset, Size.DOUBLE, R1);
  }
}
