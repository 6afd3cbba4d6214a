package dev.lpar.agent.vmexit.counter;

import static dev.lpar.agent.vmexit.counter.CounterLayout.COUNT;
import static dev.lpar.agent.vmexit.counter.CounterLayout.HISTOGRAM;
import static dev.lpar.agent.vmexit.counter.CounterLayout.ISA_SHIFT;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY_QUALIFIER;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY_REASON;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY_TGID;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY_VCPU;
import static dev.lpar.agent.vmexit.counter.CounterLayout.LEFT;
import static dev.lpar.agent.vmexit.counter.CounterLayout.LOST;
import static dev.lpar.agent.vmexit.counter.CounterLayout.MAX_NANOS;
import static dev.lpar.agent.vmexit.counter.CounterLayout.NANOS;
import static dev.lpar.agent.vmexit.counter.CounterLayout.SINCE;
import static dev.lpar.agent.vmexit.counter.CounterLayout.TALLIES;
import static dev.lpar.agent.vmexit.counter.CounterLayout.TALLY_SIZE;
import static dev.lpar.agent.vmexit.counter.CounterLayout.VCPUS;
import static dev.lpar.agent.vmexit.counter.CounterLayout.VCPU_SIZE;
import static dev.lpar.agent.vmexit.counter.CounterLayout.WAITED;
import static dev.lpar.agent.vmexit.counter.CounterLayout.WAITED_NANOS;
import static dev.lpar.linux.BpfProgram.Register.FRAME;
import static dev.lpar.linux.BpfProgram.Register.R0;
import static dev.lpar.linux.BpfProgram.Register.R1;
import static dev.lpar.linux.BpfProgram.Register.R2;
import static dev.lpar.linux.BpfProgram.Register.R3;
import static dev.lpar.linux.BpfProgram.Register.R4;
import static dev.lpar.linux.BpfProgram.Register.R6;
import static dev.lpar.linux.BpfProgram.Register.R7;
import static dev.lpar.linux.BpfProgram.Register.R8;
import static dev.lpar.linux.BpfProgram.Register.R9;

import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.Qualifier;
import dev.lpar.agent.vmexit.counter.TracepointFormat.Field;
import dev.lpar.linux.BpfProgram;
import dev.lpar.linux.BpfProgram.Assembler;
import dev.lpar.linux.BpfProgram.Function;
import dev.lpar.linux.BpfProgram.Operation;
import dev.lpar.linux.BpfProgram.Register;
import dev.lpar.linux.BpfProgram.Size;
import dev.lpar.linux.BpfProgram.Test;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The exit counter's programs, one for each tracepoint of KVM. A vCPU's thread is the only one that
 * writes its entries, so that none of it needs a lock: it leaves the guest, handles, and enters,
 * one after the other.
 *
 * <p>An exit is counted when the guest is entered again, by when its handlers have told what it was
 * about; one that the kernel ends by entering without telling is counted, without a time, at the
 * next exit. The clock is read last at an exit and first at an entry: what the counter itself takes
 * isn't the guest's.
 */
public final class CounterPrograms {
  /** Without these nothing can be counted. */
  public static final List<String> NEEDED = List.of("kvm_exit", "kvm_entry");

  /** What these tell is left out where the kernel doesn't have them. */
  public static final List<String> WELCOME =
      List.of("kvm_msr", "kvm_apic", "kvm_vcpu_wakeup", "kvm_userspace_exit");

  /** The thread's number, as key. */
  private static final int THREAD = -8;

  /** Where a new entry is made before it is added. */
  private static final int NEW_VCPU = THREAD - VCPU_SIZE;

  private static final int NEW_TALLY = NEW_VCPU - TALLY_SIZE;
  private static final int ANY = 0;
  private static final int NOEXIST = 1;
  private static final int EINTR = 4;

  private CounterPrograms() {}

  /**
   * @param tracepoint it is for
   */
  public record Attached(TracepointFormat tracepoint, BpfProgram program) {}

  /**
   * @param formats by name: all of {@link #NEEDED}, and those of {@link #WELCOME} that there are
   * @throws UnusableFormatException when one of the needed ones isn't as it must be
   */
  public static List<Attached> of(Map<String, TracepointFormat> formats)
      throws UnusableFormatException {
    for (var name : NEEDED) {
      if (!formats.containsKey(name)) {
        throw new UnusableFormatException("the kernel has no tracepoint kvm:" + name);
      }
    }
    var programs = new ArrayList<Attached>();
    for (var format : formats.values()) {
      try {
        programs.add(new Attached(format, program(format)));
      } catch (UnusableFormatException e) {
        if (NEEDED.contains(format.name())) {
          throw e;
        }
      }
    }
    return programs;
  }

  private static BpfProgram program(TracepointFormat format) throws UnusableFormatException {
    return switch (format.name()) {
      case "kvm_exit" -> exit(format);
      case "kvm_entry" -> entry();
      case "kvm_msr" -> msr(format);
      case "kvm_apic" -> apic(format);
      case "kvm_vcpu_wakeup" -> wakeup(format);
      case "kvm_userspace_exit" -> userspaceExit(format);
      default -> throw new IllegalArgumentException("no program for " + format.name());
    };
  }

  // r6: the record, r7: reason, r8: qualifier, r9: the thread's entry
  private static BpfProgram exit(TracepointFormat format) throws UnusableFormatException {
    var reason = format.field("exit_reason", 4, 8);
    var isa = format.field("isa", 4);
    var vcpu = format.optional("vcpu_id", 4);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    load(asm, R7, R6, reason);
    load(asm, R1, R6, isa);
    new ExitQualifier(format).into(asm, R8, R1, R7);
    load(asm, R1, R6, isa);
    asm.set(R1, Operation.AND, 0xff)
        .set(R1, Operation.SHIFT_LEFT, ISA_SHIFT)
        .set(R8, Operation.OR, R1);

    asm.call(Function.PROCESS_AND_THREAD)
        .store(FRAME, THREAD, Size.WORD, R0)
        .set(R9, Operation.MOVE, R0)
        .set(R9, Operation.SHIFT_RIGHT, 32)
        .store(FRAME, NEW_VCPU + KEY_TGID, Size.WORD, R9);
    lookup(asm, VCPUS, THREAD);
    asm.jumpIf(R0, Test.EQUAL, 0, "new thread")
        // Another process's thread had this number, and ended outside its guest.
        .load(R1, Size.WORD, R0, KEY_TGID)
        .jumpIf(R1, Test.NOT_EQUAL, R9, "new thread")
        .set(R9, Operation.MOVE, R0)
        .load(R1, Size.DOUBLE, R9, SINCE)
        .jumpIf(R1, Test.EQUAL, 0, "counted");
    tally(asm, "counted");
    asm.load(R1, Size.DOUBLE, R0, COUNT)
        .set(R1, Operation.ADD, 1)
        .store(R0, COUNT, Size.DOUBLE, R1)
        .label("counted");
    if (vcpu.isPresent()) {
      load(asm, R1, R6, vcpu.get());
      asm.store(R9, KEY_VCPU, Size.WORD, R1);
    }
    asm.store(R9, KEY_REASON, Size.WORD, R7)
        .store(R9, KEY_QUALIFIER, Size.WORD, R8)
        .store(R9, WAITED, Size.DOUBLE, 0)
        .store(R9, LEFT, Size.DOUBLE, 0)
        .call(Function.MONOTONIC_NANOS)
        .store(R9, SINCE, Size.DOUBLE, R0)
        .jump("end");

    asm.label("new thread");
    if (vcpu.isPresent()) {
      load(asm, R1, R6, vcpu.get());
    } else {
      asm.load(R1, Size.WORD, FRAME, THREAD);
    }
    asm.store(FRAME, NEW_VCPU + KEY_VCPU, Size.WORD, R1)
        .store(FRAME, NEW_VCPU + KEY_REASON, Size.WORD, R7)
        .store(FRAME, NEW_VCPU + KEY_QUALIFIER, Size.WORD, R8)
        .store(FRAME, NEW_VCPU + WAITED, Size.DOUBLE, 0)
        .store(FRAME, NEW_VCPU + LEFT, Size.DOUBLE, 0)
        .call(Function.MONOTONIC_NANOS)
        .store(FRAME, NEW_VCPU + SINCE, Size.DOUBLE, R0);
    update(asm, VCPUS, THREAD, NEW_VCPU, ANY);
    asm.jumpIf(R0, Test.EQUAL, 0, "end");
    lost(asm);
    return asm.label("end").end().assemble();
  }

  // r7: duration, r8: how much of it was waiting, r9: the thread's entry
  private static BpfProgram entry() {
    var asm = new Assembler().call(Function.MONOTONIC_NANOS).set(R7, Operation.MOVE, R0);
    thread(asm);
    asm.load(R1, Size.DOUBLE, R9, SINCE)
        .jumpIf(R1, Test.EQUAL, 0, "end")
        .load(R8, Size.DOUBLE, R9, WAITED)
        .load(R2, Size.DOUBLE, R9, LEFT)
        .jumpIf(R2, Test.EQUAL, 0, "stayed")
        .set(R3, Operation.MOVE, R7)
        .set(R3, Operation.SUBTRACT, R2)
        .set(R8, Operation.ADD, R3)
        .label("stayed")
        .set(R7, Operation.SUBTRACT, R1)
        .jumpIf(R8, Test.AT_MOST, R7, "waited less")
        .set(R8, Operation.MOVE, R7)
        .label("waited less")
        .set(R7, Operation.SUBTRACT, R8)
        .store(R9, SINCE, Size.DOUBLE, 0);
    tally(asm, "end");
    asm.load(R1, Size.DOUBLE, R0, COUNT)
        .set(R1, Operation.ADD, 1)
        .store(R0, COUNT, Size.DOUBLE, R1);
    add(asm, NANOS, R7);
    add(asm, WAITED_NANOS, R8);
    asm.load(R1, Size.DOUBLE, R0, MAX_NANOS)
        .jumpIf(R7, Test.AT_MOST, R1, "not the longest")
        .store(R0, MAX_NANOS, Size.DOUBLE, R7)
        .label("not the longest");
    bucket(asm);
    return asm.label("end").end().assemble();
  }

  private static void add(Assembler asm, int offset, Register what) {
    asm.load(R1, Size.DOUBLE, R0, offset)
        .set(R1, Operation.ADD, what)
        .store(R0, offset, Size.DOUBLE, R1);
  }

  /** Counts r7 in the histogram of the tally at r0: its binary logarithm, by halving the search. */
  private static void bucket(Assembler asm) {
    asm.set(R2, Operation.MOVE, 0)
        .set(R1, Operation.MOVE, R7)
        .set(R1, Operation.SHIFT_RIGHT, 32)
        .jumpIf(R1, Test.EQUAL, 0, "short")
        .set(R2, Operation.MOVE, ExitTally.BUCKETS - 1)
        .jump("known")
        .label("short");
    for (int half = 16; half >= 1; half /= 2) {
      var label = "below 2^" + half;
      asm.set(R1, Operation.MOVE, R7)
          .set(R1, Operation.SHIFT_RIGHT, half)
          .jumpIf(R1, Test.EQUAL, 0, label)
          .set(R7, Operation.MOVE, R1)
          .set(R2, Operation.ADD, half)
          .label(label);
    }
    asm.label("known")
        .set(R2, Operation.AND, ExitTally.BUCKETS - 1)
        .set(R2, Operation.SHIFT_LEFT, 3)
        .set(R0, Operation.ADD, R2)
        .load(R1, Size.DOUBLE, R0, HISTOGRAM)
        .set(R1, Operation.ADD, 1)
        .store(R0, HISTOGRAM, Size.DOUBLE, R1);
  }

  /** Which register, when the exit was for one. */
  private static BpfProgram msr(TracepointFormat format) throws UnusableFormatException {
    var write = format.field("write", 1, 4);
    var number = format.field("ecx", 4);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    thread(asm);
    load(asm, R7, R6, number);
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
    load(asm, R1, R6, write);
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
  private static BpfProgram apic(TracepointFormat format) throws UnusableFormatException {
    var register = format.field("reg", 4);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    thread(asm);
    load(asm, R8, R6, register);
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
  private static BpfProgram wakeup(TracepointFormat format) throws UnusableFormatException {
    var nanos = format.field("ns", 8);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    thread(asm);
    load(asm, R7, R6, nanos);
    asm.load(R1, Size.DOUBLE, R9, WAITED)
        .set(R1, Operation.ADD, R7)
        .store(R9, WAITED, Size.DOUBLE, R1);
    return asm.label("end").end().assemble();
  }

  /** A signal called the thread out, to stop or to see to something: from then on it waits. */
  private static BpfProgram userspaceExit(TracepointFormat format) throws UnusableFormatException {
    var errno = format.field("errno", 4);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    thread(asm);
    load(asm, R7, R6, errno);
    asm.set(R7, Operation.ADD, EINTR)
        .set(R7, Operation.SHIFT_LEFT, 32)
        .jumpIf(R7, Test.NOT_EQUAL, 0, "end")
        .call(Function.MONOTONIC_NANOS)
        .store(R9, LEFT, Size.DOUBLE, R0);
    return asm.label("end").end().assemble();
  }

  /** The entry of the thread that runs, in r9; ends where there is none of this process. */
  private static void thread(Assembler asm) {
    asm.call(Function.PROCESS_AND_THREAD)
        .store(FRAME, THREAD, Size.WORD, R0)
        .set(R8, Operation.MOVE, R0)
        .set(R8, Operation.SHIFT_RIGHT, 32);
    lookup(asm, VCPUS, THREAD);
    asm.jumpIf(R0, Test.EQUAL, 0, "end")
        .set(R9, Operation.MOVE, R0)
        .load(R1, Size.WORD, R9, KEY_TGID)
        .jumpIf(R1, Test.NOT_EQUAL, R8, "end");
  }

  /** The tally of the exit at r9, in r0, made when there is none yet. */
  private static void tally(Assembler asm, String withoutIt) {
    asm.map(R1, TALLIES)
        .set(R2, Operation.MOVE, R9)
        .set(R2, Operation.ADD, KEY)
        .call(Function.MAP_LOOKUP)
        .jumpIf(R0, Test.NOT_EQUAL, 0, "tally");
    for (int offset = 0; offset < TALLY_SIZE; offset += 8) {
      asm.store(FRAME, NEW_TALLY + offset, Size.DOUBLE, 0);
    }
    asm.map(R1, TALLIES)
        .set(R2, Operation.MOVE, R9)
        .set(R2, Operation.ADD, KEY)
        .set(R3, Operation.MOVE, FRAME)
        .set(R3, Operation.ADD, NEW_TALLY)
        .set(R4, Operation.MOVE, NOEXIST)
        .call(Function.MAP_UPDATE)
        .map(R1, TALLIES)
        .set(R2, Operation.MOVE, R9)
        .set(R2, Operation.ADD, KEY)
        .call(Function.MAP_LOOKUP)
        .jumpIf(R0, Test.NOT_EQUAL, 0, "tally");
    lost(asm);
    asm.jump(withoutIt).label("tally");
  }

  private static void lost(Assembler asm) {
    asm.mapValue(R1, LOST).set(R2, Operation.MOVE, 1).addAtomically(R1, 0, R2);
  }

  private static void lookup(Assembler asm, String map, int key) {
    asm.map(R1, map)
        .set(R2, Operation.MOVE, FRAME)
        .set(R2, Operation.ADD, key)
        .call(Function.MAP_LOOKUP);
  }

  private static void update(Assembler asm, String map, int key, int value, int flags) {
    asm.map(R1, map)
        .set(R2, Operation.MOVE, FRAME)
        .set(R2, Operation.ADD, key)
        .set(R3, Operation.MOVE, FRAME)
        .set(R3, Operation.ADD, value)
        .set(R4, Operation.MOVE, flags)
        .call(Function.MAP_UPDATE);
  }

  static void load(Assembler asm, Register to, Register record, Field field) {
    asm.load(to, Size.of(field.size()), record, field.offset());
  }
}
