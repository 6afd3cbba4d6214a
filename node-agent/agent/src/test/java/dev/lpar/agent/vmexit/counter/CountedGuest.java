package dev.lpar.agent.vmexit.counter;

import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.counter.CounterLayout.TallyKey;
import dev.lpar.agent.vmexit.counter.CounterPrograms.Attached;
import dev.lpar.linux.BpfProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A guest's threads as KVM's tracepoints tell of them, with the counter's programs attached. */
final class CountedGuest {
  /** Where its instruction is that exits. */
  static final long ADDRESS = 0xffffffff81a2b3c4L;

  final BpfMachine machine = new BpfMachine();
  private final Map<String, List<BpfProgram>> programs = new HashMap<>();

  CountedGuest(int mostTallies) {
    machine.array(CounterLayout.VCPUS, CounterLayout.VCPU_SIZE, CounterLayout.MOST_VCPUS);
    machine.hash(
        CounterLayout.TALLIES, CounterLayout.KEY_SIZE, CounterLayout.TALLY_SIZE, mostTallies);
    machine.array(CounterLayout.LOST, 8, 1);
    machine.array(CounterLayout.CLASSES, CounterLayout.CLASSES_SIZE, 1);
    machine.entry(CounterLayout.CLASSES, 0).put(CounterLayout.classes());
    try {
      attach(CounterPrograms.of(TracepointFormatTest.all()));
    } catch (UnusableFormatException e) {
      throw new AssertionError(e);
    }
    runs(4711, 4712);
  }

  /** Behind those that are attached. */
  void attach(List<Attached> more) {
    for (var each : more) {
      programs
          .computeIfAbsent(each.tracepoint().name(), _ -> new ArrayList<>())
          .add(each.program());
    }
  }

  /** From now on it is this thread that exits and enters. */
  void runs(int process, int thread) {
    machine.thread = (long) process << 32 | thread;
  }

  /** The entry that may be a thread's, among those of {@link CounterLayout#PROBES}. */
  static int place(long thread, int probe) {
    return (int) (thread + (long) probe * CounterLayout.STRIDE & CounterLayout.MOST_VCPUS - 1);
  }

  /** A tracepoint's, to be filled in. */
  ByteBuffer record() {
    return ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
  }

  void hit(String tracepoint, ByteBuffer record) {
    programs.get(tracepoint).forEach(program -> machine.run(program, record.array()));
  }

  void exit(int vcpu, Isa isa, int reason, long info, int interrupt, int error) {
    hit(
        "kvm_exit",
        record()
            .putInt(8, reason)
            .putLong(16, ADDRESS)
            .putInt(24, isa.number())
            .putLong(32, info)
            .putInt(48, interrupt)
            .putInt(52, error)
            .putInt(56, vcpu));
  }

  void exit(int reason) {
    exit(0, Isa.SVM, reason, 0, 0, 0);
  }

  void enter() {
    hit("kvm_entry", record());
  }

  Map<TallyKey, ExitTally> tallies() {
    return machine.entries(CounterLayout.TALLIES).entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> CounterLayout.key(entry.getKey()),
                entry -> CounterLayout.tally(entry.getValue())));
  }

  long lost() {
    return machine.entry(CounterLayout.LOST, 0).getLong(0);
  }
}
