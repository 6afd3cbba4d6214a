package dev.lpar.agent.vmexit.counter;

import static dev.lpar.linux.BpfProgram.Register.R1;
import static dev.lpar.linux.BpfProgram.Register.R2;
import static dev.lpar.linux.BpfProgram.Register.R6;

import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.Qualifier;
import dev.lpar.agent.vmexit.counter.TracepointFormat.Field;
import dev.lpar.linux.BpfProgram.Assembler;
import dev.lpar.linux.BpfProgram.Operation;
import dev.lpar.linux.BpfProgram.Register;
import dev.lpar.linux.BpfProgram.Size;
import dev.lpar.linux.BpfProgram.Test;

/** Computes an exit's {@link Qualifier} in the kernel, from the record of kvm:kvm_exit at r6. */
final class ExitQualifier {
  private static final String DONE = "qualified";
  private static final int PAGE_FAULT = 14;

  private final Field info;
  private final Field interrupt;
  private final Field errorCode;

  ExitQualifier(TracepointFormat format) throws UnusableFormatException {
    info = format.field("info1", 8);
    interrupt = format.field("intr_info", 4);
    errorCode = format.field("error_code", 4);
  }

  /** Uses r1 and r2. */
  void into(Assembler asm, Register qualifier, Register isa, Register reason) {
    asm.set(qualifier, Operation.MOVE, 0)
        .jumpIf(isa, Test.EQUAL, Isa.VMX.number(), "VMX")
        .jumpIf(isa, Test.EQUAL, Isa.SVM.number(), "SVM")
        .jump(DONE);

    // The reason's upper half are flags.
    asm.label("VMX").set(R2, Operation.MOVE, reason).set(R2, Operation.AND, 0xffff);
    onReason(asm, 0, "exception");
    onReason(asm, 1, "interrupt");
    onReason(asm, 28, "six bits");
    onReason(asm, 30, "port");
    onReason(asm, 44, "APIC page");
    onReason(asm, 48, "six bits");
    onReason(asm, 56, "APIC page");
    asm.jump(DONE).label("SVM").set(R2, Operation.MOVE, reason);
    onReason(asm, 0x7b, "port");
    onReason(asm, 0x4e, "five bits");
    onReason(asm, 0x400, "five bits");
    onReason(asm, 0x402, "APIC page");
    asm.jump(DONE);

    asm.label("exception");
    Fragments.load(asm, qualifier, R6, interrupt);
    asm.set(qualifier, Operation.AND, 0xff).jumpIf(qualifier, Test.NOT_EQUAL, PAGE_FAULT, DONE);
    Fragments.load(asm, R1, R6, errorCode);
    asm.set(R1, Operation.AND, 0x1f)
        .set(R1, Operation.SHIFT_LEFT, 8)
        .set(qualifier, Operation.OR, R1)
        .jump(DONE);

    asm.label("interrupt");
    Fragments.load(asm, R2, R6, interrupt);
    asm.set(R2, Operation.AND, 0xff)
        .set(R2, Operation.ADD, CounterLayout.PORTS)
        .mapValue(R1, CounterLayout.CLASSES)
        .set(R1, Operation.ADD, R2)
        .load(qualifier, Size.BYTE, R1, 0)
        .jump(DONE);

    asm.label("port");
    Fragments.load(asm, qualifier, R6, info);
    asm.set(R2, Operation.MOVE, qualifier)
        .set(R2, Operation.SHIFT_RIGHT, 16)
        .set(R2, Operation.AND, 0xffff)
        .mapValue(R1, CounterLayout.CLASSES)
        .set(R1, Operation.ADD, R2)
        .load(R1, Size.BYTE, R1, 0)
        .set(R1, Operation.SHIFT_LEFT, 1);
    direction(asm, qualifier, reason);
    asm.set(qualifier, Operation.OR, R1).jump(DONE);

    asm.label("APIC page");
    Fragments.load(asm, qualifier, R6, info);
    asm.set(qualifier, Operation.AND, 0xfff)
        .set(qualifier, Operation.SHIFT_RIGHT, 4)
        .set(qualifier, Operation.OR, Qualifier.APIC)
        .jump(DONE);

    asm.label("five bits");
    Fragments.load(asm, qualifier, R6, info);
    asm.set(qualifier, Operation.AND, 0x1f).jump(DONE);

    asm.label("six bits");
    Fragments.load(asm, qualifier, R6, info);
    asm.set(qualifier, Operation.AND, 0x3f).label(DONE);
  }

  /** 1 for input: bit 3 of VMX's exit qualification, bit 0 of SVM's EXITINFO1. */
  private static void direction(Assembler asm, Register qualifier, Register reason) {
    asm.set(R2, Operation.MOVE, reason)
        .set(R2, Operation.AND, 0xffff)
        .jumpIf(R2, Test.EQUAL, 0x7b, "SVM's direction")
        .set(qualifier, Operation.SHIFT_RIGHT, 3)
        .label("SVM's direction")
        .set(qualifier, Operation.AND, 1);
  }

  private static void onReason(Assembler asm, int reason, String label) {
    asm.jumpIf(R2, Test.EQUAL, reason, label);
  }
}
