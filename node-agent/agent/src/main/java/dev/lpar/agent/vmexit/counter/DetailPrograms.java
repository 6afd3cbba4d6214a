package dev.lpar.agent.vmexit.counter;

import static dev.lpar.agent.vmexit.counter.CounterLayout.ISA_SHIFT;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY_QUALIFIER;
import static dev.lpar.agent.vmexit.counter.CounterLayout.LEFT;
import static dev.lpar.agent.vmexit.counter.CounterLayout.SINCE;
import static dev.lpar.agent.vmexit.counter.CounterLayout.WAITED;
import static dev.lpar.linux.BpfProgram.Register.R0;
import static dev.lpar.linux.BpfProgram.Register.R1;
import static dev.lpar.linux.BpfProgram.Register.R2;
import static dev.lpar.linux.BpfProgram.Register.R6;
import static dev.lpar.linux.BpfProgram.Register.R7;
import static dev.lpar.linux.BpfProgram.Register.R8;
import static dev.lpar.linux.BpfProgram.Register.R9;

import dev.lpar.agent.vmexit.Qualifier;
import dev.lpar.linux.BpfProgram;
import dev.lpar.linux.BpfProgram.Assembler;
import dev.lpar.linux.BpfProgram.Function;
import dev.lpar.linux.BpfProgram.Operation;
import dev.lpar.linux.BpfProgram.Size;
import dev.lpar.linux.BpfProgram.Test;

/** Programs on what KVM tells while it handles an exit: what the exit was about, and its waits. */
final class DetailPrograms {
  private static final int EINTR = 4;

  private DetailPrograms() {}

  /** Which register, when the exit was for one. */
  static BpfProgram msr(TracepointFormat format) throws UnusableFormatException {
    var write = format.field("write", 1, 4);
    var number = format.field("ecx", 4);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    Fragments.thread(asm);
    Fragments.load(asm, R7, R6, number);
    asm.set(R8, Operation.MOVE, Qualifier.MsrClass.OTHER.ordinal() << 1);
    range(asm, 0x6e0, 0x6e0, Qualifier.MsrClass.TSC_DEADLINE);
    range(asm, 0x800, 0x8ff, Qualifier.MsrClass.X2APIC);
    range(asm, 0x4b564d00, 0x4b564dff, Qualifier.MsrClass.KVM);
    range(asm, 0x11, 0x12, Qualifier.MsrClass.KVM);
    range(asm, 0x48, 0x49, Qualifier.MsrClass.SPECULATION);
    range(asm, 0xc0000080, 0xc0000103, Qualifier.MsrClass.LONG_MODE);
    range(asm, 0x10, 0x10, Qualifier.MsrClass.TSC);
    range(asm, 0x3b, 0x3b, Qualifier.MsrClass.TSC);
    asm.label("class");
    Fragments.load(asm, R1, R6, write);
    asm.set(R1, Operation.AND, 1).set(R8, Operation.OR, R1);
    asm.set(R8, Operation.OR, Qualifier.MSR);
    // KVM's APIC has told the register before: that says more.
    asm.load(R1, Size.WORD, R9, KEY_QUALIFIER)
        .set(R1, Operation.AND, Qualifier.APIC)
        .jumpIf(R1, Test.NOT_EQUAL, 0, "end");
    qualify(asm);
    return asm.label("end").end().assemble();
  }

  private static void range(Assembler asm, int first, int last, Qualifier.MsrClass name) {
    var next = "not " + Integer.toHexString(first);
    asm.set(R1, Operation.MOVE, R7)
        .set(R2, Operation.MOVE, first)
        // As a number of 32 bits: a move widens by the sign.
        .set(R2, Operation.SHIFT_LEFT, 32)
        .set(R2, Operation.SHIFT_RIGHT, 32)
        .jumpIf(R1, Test.LESS, R2, next)
        .set(R1, Operation.SUBTRACT, R2)
        .jumpIf(R1, Test.GREATER, last - first, next)
        .set(R8, Operation.MOVE, name.ordinal() << 1)
        .jump("class")
        .label(next);
  }

  /** Which register of the local APIC: it is reached by memory, by MSR and by AVIC and APICv. */
  static BpfProgram apic(TracepointFormat format) throws UnusableFormatException {
    var register = format.field("reg", 4);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    Fragments.thread(asm);
    Fragments.load(asm, R8, R6, register);
    asm.set(R8, Operation.SHIFT_RIGHT, 4)
        .set(R8, Operation.AND, 0xff)
        .set(R8, Operation.OR, Qualifier.APIC);
    qualify(asm);
    return asm.label("end").end().assemble();
  }

  /** Puts r8 in place of the qualifier of the exit at r9, if it isn't over. */
  private static void qualify(Assembler asm) {
    asm.load(R1, Size.DOUBLE, R9, SINCE)
        .jumpIf(R1, Test.EQUAL, 0, "end")
        .load(R1, Size.WORD, R9, KEY_QUALIFIER)
        .set(R1, Operation.SHIFT_RIGHT, ISA_SHIFT)
        .set(R1, Operation.SHIFT_LEFT, ISA_SHIFT)
        .set(R8, Operation.OR, R1)
        .store(R9, KEY_QUALIFIER, Size.WORD, R8);
  }

  /** How long the vCPU was halted. */
  static BpfProgram wakeup(TracepointFormat format) throws UnusableFormatException {
    var nanos = format.field("ns", 8);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    Fragments.thread(asm);
    Fragments.load(asm, R7, R6, nanos);
    asm.load(R1, Size.DOUBLE, R9, WAITED)
        .set(R1, Operation.ADD, R7)
        .store(R9, WAITED, Size.DOUBLE, R1);
    return asm.label("end").end().assemble();
  }

  /**
   * A signal called the thread out, to stop or to see to something: from then on it waits. When it
   * goes on it may be called out again at once, before it is in its guest.
   */
  static BpfProgram userspaceExit(TracepointFormat format) throws UnusableFormatException {
    var errno = format.field("errno", 4);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    Fragments.thread(asm);
    Fragments.load(asm, R7, R6, errno);
    asm.set(R7, Operation.ADD, EINTR)
        .set(R7, Operation.SHIFT_LEFT, 32)
        .jumpIf(R7, Test.NOT_EQUAL, 0, "end")
        .load(R1, Size.DOUBLE, R9, LEFT)
        .jumpIf(R1, Test.NOT_EQUAL, 0, "end")
        .call(Function.MONOTONIC_NANOS)
        .store(R9, LEFT, Size.DOUBLE, R0);
    return asm.label("end").end().assemble();
  }
}
