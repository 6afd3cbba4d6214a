package dev.lpar.agent.vmexit.counter;

import static dev.lpar.agent.vmexit.counter.CounterLayout.VCPUS;
import static dev.lpar.linux.BpfProgram.Register.FRAME;
import static dev.lpar.linux.BpfProgram.Register.R0;
import static dev.lpar.linux.BpfProgram.Register.R1;
import static dev.lpar.linux.BpfProgram.Register.R2;
import static dev.lpar.linux.BpfProgram.Register.R3;
import static dev.lpar.linux.BpfProgram.Register.R4;
import static dev.lpar.linux.BpfProgram.Register.R9;

import dev.lpar.agent.vmexit.counter.TracepointFormat.Field;
import dev.lpar.linux.BpfProgram.Assembler;
import dev.lpar.linux.BpfProgram.Function;
import dev.lpar.linux.BpfProgram.Operation;
import dev.lpar.linux.BpfProgram.Register;
import dev.lpar.linux.BpfProgram.Size;
import dev.lpar.linux.BpfProgram.Test;

/**
 * What several programs do alike. A fragment has its label for the case that there is nothing to
 * do: "end", which the program sets.
 */
public final class Fragments {
  /** On the stack: the numbers of process and thread, as key. */
  public static final int THREAD = -8;

  private Fragments() {}

  /** The entry of the thread that runs, in r9; ends where there is none. */
  public static void thread(Assembler asm) {
    asm.call(Function.PROCESS_AND_THREAD).store(FRAME, THREAD, Size.DOUBLE, R0);
    lookup(asm, VCPUS, THREAD);
    asm.jumpIf(R0, Test.EQUAL, 0, "end").set(R9, Operation.MOVE, R0);
  }

  /** Adds 1 to the only number of an array. */
  public static void count(Assembler asm, String number) {
    asm.mapValue(R1, number).set(R2, Operation.MOVE, 1).addAtomically(R1, 0, R2);
  }

  /** The value in r0 of the key on the stack, or 0. */
  public static void lookup(Assembler asm, String map, int key) {
    asm.map(R1, map)
        .set(R2, Operation.MOVE, FRAME)
        .set(R2, Operation.ADD, key)
        .call(Function.MAP_LOOKUP);
  }

  public static void update(Assembler asm, String map, int key, int value, int flags) {
    asm.map(R1, map)
        .set(R2, Operation.MOVE, FRAME)
        .set(R2, Operation.ADD, key)
        .set(R3, Operation.MOVE, FRAME)
        .set(R3, Operation.ADD, value)
        .set(R4, Operation.MOVE, flags)
        .call(Function.MAP_UPDATE);
  }

  public static void load(Assembler asm, Register to, Register record, Field field) {
    asm.load(to, Size.of(field.size()), record, field.offset());
  }
}
