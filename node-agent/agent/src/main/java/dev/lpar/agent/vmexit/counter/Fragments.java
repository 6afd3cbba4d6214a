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
  /** On the stack: the numbers of process and thread. */
  public static final int THREAD = -8;

  /** On the stack: which of the vCPUs' entries is looked at. */
  private static final int PLACE = THREAD - 8;

  /** The stack is a program's own below that. */
  public static final int OWN = PLACE;

  private Fragments() {}

  /** The entry of the thread that runs, in r9; ends where there is none. */
  static void thread(Assembler asm) {
    asm.call(Function.PROCESS_AND_THREAD).set(R9, Operation.MOVE, R0);
    find(asm, "end");
  }

  /** The entry of the thread with the numbers in r9, in their place. */
  public static void find(Assembler asm, String withoutIt) {
    for (int probe = 0; probe < CounterLayout.PROBES; probe++) {
      place(asm, probe, withoutIt);
      asm.load(R1, Size.DOUBLE, R0, CounterLayout.THREAD).jumpIf(R1, Test.EQUAL, R9, "found");
    }
    asm.jump(withoutIt).label("found").set(R9, Operation.MOVE, R0);
  }

  /** A new entry for the thread with the numbers in r9, in their place. */
  static void claim(Assembler asm, String withoutIt) {
    for (int probe = 0; probe < CounterLayout.PROBES; probe++) {
      var taken = "entry " + probe + " is taken";
      place(asm, probe, withoutIt);
      asm.load(R1, Size.DOUBLE, R0, CounterLayout.THREAD)
          .jumpIf(R1, Test.NOT_EQUAL, 0, taken)
          .set(R1, Operation.MOVE, R0)
          .set(R0, Operation.MOVE, 0)
          .exchangeIfEqual(R1, CounterLayout.THREAD, R9)
          .jumpIf(R0, Test.EQUAL, 0, "claimed")
          .label(taken);
    }
    asm.jump(withoutIt)
        .label("claimed")
        .set(R2, Operation.MOVE, R9)
        .set(R2, Operation.SHIFT_RIGHT, 32)
        .store(R1, CounterLayout.KEY_TGID, Size.WORD, R2)
        // Where the kernel doesn't tell its number.
        .store(R1, CounterLayout.KEY_VCPU, Size.WORD, R9)
        .set(R9, Operation.MOVE, R1);
  }

  /** In r0, an entry that may be that of the thread in r9. */
  private static void place(Assembler asm, int probe, String withoutIt) {
    asm.set(R1, Operation.MOVE, R9)
        .set(R1, Operation.ADD, probe * CounterLayout.STRIDE)
        .set(R1, Operation.AND, CounterLayout.MOST_VCPUS - 1)
        .store(FRAME, PLACE, Size.WORD, R1);
    lookup(asm, VCPUS, PLACE);
    asm.jumpIf(R0, Test.EQUAL, 0, withoutIt);
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
