package dev.lpar.agent.host;

import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.counter.CounterLayout;
import dev.lpar.linux.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.ThreadLocalRandom;

/** How long it takes to read what the counter has of 1,000 vCPUs with 20 kinds of exits each. */
final class TallyReadBench {
  private static final Path BPF = Path.of("/sys/fs/bpf");
  private static final int VCPUS = 1000;
  private static final int GUESTS = 100;
  private static final int KINDS = 20;
  private static final int FIRST_REASON = 0x60;
  private static final int READS = 50;
  private static final double GOAL_MILLIS = 50;

  private TallyReadBench() {}

  public static void main(String[] arguments) throws Exception {
    var counter = new BpfExitCounter(ExitPoints.TRACEFS, BPF, Path.of("/proc"));
    counter.read();
    int guests = fill();
    var millis = new double[READS];
    int read = 0;
    for (int i = 0; i < READS; i++) {
      long start = System.nanoTime();
      read = counter.read().exits().size();
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    if (read < guests) {
      throw new IllegalStateException("of %d guests %d were read".formatted(guests, read));
    }
    double first = millis[0];
    Arrays.sort(millis);
    double median = ExitCostTable.median(millis);
    System.out.printf(
        "%d vCPUs of %d guests, %d kinds of exits each, read %d times: the first %.1f ms, median %.1f, the longest %.1f (goal: %.0f: %s)%n",
        VCPUS,
        guests,
        KINDS,
        READS,
        first,
        median,
        millis[READS - 1],
        GOAL_MILLIS,
        median < GOAL_MILLIS ? "met" : "MISSED");
  }

  /** The oldest processes stand for guests: what is of one that has ended is let go of. */
  private static int fill() throws Exception {
    var processes =
        ProcessHandle.allProcesses()
            .sorted(Comparator.comparing(each -> each.info().startInstant().orElse(Instant.MAX)))
            .mapToLong(ProcessHandle::pid)
            .limit(GUESTS)
            .toArray();
    var tallies = CounterLayout.TALLIES;
    try (var map =
        BpfMap.pinned(
                BPF.resolve("lpar/exits-" + CounterLayout.VERSION).resolve(tallies),
                BpfExitCounter.SHAPES.get(tallies))
            .orElseThrow()) {
      for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
        for (int kind = 0; kind < KINDS; kind++) {
          map.put(key((int) processes[vcpu % processes.length], vcpu, kind), tally());
        }
      }
    }
    return processes.length;
  }

  private static byte[] key(int process, int vcpu, int kind) {
    return ByteBuffer.allocate(CounterLayout.KEY_SIZE)
        .order(ByteOrder.nativeOrder())
        .putInt(process)
        .putInt(vcpu)
        .putInt(FIRST_REASON + kind)
        .putInt(Isa.SVM.number() << CounterLayout.ISA_SHIFT)
        .array();
  }

  private static byte[] tally() {
    var tally = ByteBuffer.allocate(CounterLayout.TALLY_SIZE).order(ByteOrder.nativeOrder());
    while (tally.hasRemaining()) {
      tally.putLong(ThreadLocalRandom.current().nextLong(1_000_000));
    }
    return tally.array();
  }
}
