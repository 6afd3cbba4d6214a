package dev.lpar.agent.vmexit.counter;

import static dev.lpar.agent.vmexit.counter.CounterLayout.COUNT;
import static dev.lpar.agent.vmexit.counter.CounterLayout.HANDLED;
import static dev.lpar.agent.vmexit.counter.CounterLayout.HISTOGRAM;
import static dev.lpar.agent.vmexit.counter.CounterLayout.ISA_SHIFT;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY_QUALIFIER;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY_REASON;
import static dev.lpar.agent.vmexit.counter.CounterLayout.KEY_VCPU;
import static dev.lpar.agent.vmexit.counter.CounterLayout.LEFT;
import static dev.lpar.agent.vmexit.counter.CounterLayout.LOST;
import static dev.lpar.agent.vmexit.counter.CounterLayout.MAX_NANOS;
import static dev.lpar.agent.vmexit.counter.CounterLayout.NANOS;
import static dev.lpar.agent.vmexit.counter.CounterLayout.SINCE;
import static dev.lpar.agent.vmexit.counter.CounterLayout.TALLIES;
import static dev.lpar.agent.vmexit.counter.CounterLayout.TALLY_SIZE;
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

  /** Where a new tally is made before it is added. */
  private static final int NEW_TALLY = Fragments.OWN - TALLY_SIZE;

  private static final int NOEXIST = 1;

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
      case "kvm_msr" -> DetailPrograms.msr(format);
      case "kvm_apic" -> DetailPrograms.apic(format);
      case "kvm_vcpu_wakeup" -> DetailPrograms.wakeup(format);
      case "kvm_userspace_exit" -> DetailPrograms.userspaceExit(format);
      default -> throw new IllegalArgumentException("no program for " + format.name());
    };
  }

  // r6: the record, r7: reason, r8: qualifier, r9: the thread's entry
  private static BpfProgram exit(TracepointFormat format) throws UnusableFormatException {
    var reason = format.field("exit_reason", 4, 8);
    var isa = format.field("isa", 4);
    var vcpu = format.optional("vcpu_id", 4);
    var asm = new Assembler().set(R6, Operation.MOVE, R1);
    Fragments.load(asm, R7, R6, reason);
    Fragments.load(asm, R1, R6, isa);
    new ExitQualifier(format).into(asm, R8, R1, R7);
    Fragments.load(asm, R1, R6, isa);
    asm.set(R1, Operation.AND, 0xff)
        .set(R1, Operation.SHIFT_LEFT, ISA_SHIFT)
        .set(R8, Operation.OR, R1);

    asm.call(Function.PROCESS_AND_THREAD).set(R9, Operation.MOVE, R0);
    Fragments.find(asm, "new thread");
    asm.load(R1, Size.DOUBLE, R9, SINCE).jumpIf(R1, Test.EQUAL, 0, "counted");
    tally(asm, "counted");
    asm.load(R1, Size.DOUBLE, R0, COUNT)
        .set(R1, Operation.ADD, 1)
        .store(R0, COUNT, Size.DOUBLE, R1)
        .jump("counted")
        .label("new thread");
    Fragments.claim(asm, "no room");
    asm.label("counted");
    if (vcpu.isPresent()) {
      Fragments.load(asm, R1, R6, vcpu.get());
      asm.store(R9, KEY_VCPU, Size.WORD, R1);
    }
    asm.store(R9, KEY_REASON, Size.WORD, R7)
        .store(R9, KEY_QUALIFIER, Size.WORD, R8)
        .store(R9, WAITED, Size.DOUBLE, 0)
        .store(R9, LEFT, Size.DOUBLE, 0)
        .call(Function.MONOTONIC_NANOS)
        .store(R9, SINCE, Size.DOUBLE, R0)
        .jump("end")
        .label("no room");
    Fragments.count(asm, LOST);
    return asm.label("end").end().assemble();
  }

  // r7: duration, r8: how much of it was waiting, r9: the thread's entry
  private static BpfProgram entry() {
    var asm = new Assembler().call(Function.MONOTONIC_NANOS).set(R7, Operation.MOVE, R0);
    Fragments.thread(asm);
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
        .store(R9, SINCE, Size.DOUBLE, 0)
        .store(R9, HANDLED, Size.DOUBLE, R7)
        .store(R9, WAITED, Size.DOUBLE, R8);
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
    Fragments.count(asm, LOST);
    asm.jump(withoutIt).label("tally");
  }
}
