package dev.lpar.agent.vmexit.counter;

import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.Qualifier;
import java.nio.ByteBuffer;

/**
 * The counter's tables in the kernel: what its programs write and what is read from them. A change
 * here is another table for the next agent, and with it a count from nothing: {@link #VERSION}.
 */
public final class CounterLayout {
  /** Of this layout. Part of the folder's name under which the tables outlive the agent. */
  public static final int VERSION = 2;

  /**
   * An array of vCPU threads and their last exits: {@link #SINCE}, {@link #WAITED}, {@link #KEY},
   * {@link #LEFT}, {@link #THREAD}. A thread has one of {@link #PROBES} entries, which follow from
   * its number: a thread finds its own sooner in an array than in one of the kernel's hash tables.
   */
  public static final String VCPUS = "vcpus";

  /** {@code tgid, vCPU, reason, qualifier (4 each)} → a tally. */
  public static final String TALLIES = "tallies";

  /** Exits that found no room in the tables: one number of 8 bytes. */
  public static final String LOST = "lost";

  /** Class of each I/O port, then of each interrupt vector: one byte each. */
  public static final String CLASSES = "classes";

  /**
   * Entries for the vCPUs of all guests of a blade, of {@link #VCPU_SIZE} bytes each, 768 KiB in
   * all; a power of two. With a quarter of them taken one thread in 65,536 finds none.
   */
  public static final int MOST_VCPUS = 16_384;

  /** Entries that may be a thread's. */
  static final int PROBES = 8;

  /** How far apart those are: threads of one process have numbers that follow each other. */
  static final int STRIDE = 1021;

  /**
   * Kinds of exits over all vCPUs. One takes about 370 bytes of the kernel's, and a vCPU has 10 to
   * 30 of them; all together could take 97 MB.
   */
  public static final int MOST_TALLIES = 262_144;

  static final int PORTS = 65_536;
  public static final int CLASSES_SIZE = PORTS + 256;

  // A thread's last exit.
  /** When it was left, in ns since the machine started; 0 in guest mode. */
  public static final int SINCE = 0;

  /** How long it was halted since then, in ns; in guest mode, how long it waited in all. */
  public static final int WAITED = 8;

  /** Four words, the key of its tally. */
  static final int KEY = 16;

  static final int KEY_TGID = KEY;
  public static final int KEY_VCPU = KEY + 4;
  public static final int KEY_REASON = KEY + 8;
  public static final int KEY_QUALIFIER = KEY + 12;

  /** When it was called out to user space for a signal, in ns; 0 when it wasn't. */
  static final int LEFT = 32;

  /** In guest mode: how long the last exit was handled, in ns. */
  public static final int HANDLED = LEFT;

  /**
   * Whose entry it is: the number of the process in the upper half, of the thread in the lower; 0
   * for nobody's.
   */
  public static final int THREAD = 40;

  public static final int VCPU_SIZE = 48;

  public static final int KEY_SIZE = 16;

  // A tally.
  static final int COUNT = 0;
  static final int NANOS = 8;
  static final int WAITED_NANOS = 16;
  static final int MAX_NANOS = 24;
  static final int HISTOGRAM = 32;
  public static final int TALLY_SIZE = HISTOGRAM + 8 * ExitTally.BUCKETS;

  /** The qualifier's word has the instruction set in its highest byte. */
  public static final int ISA_SHIFT = 24;

  private CounterLayout() {}

  /**
   * @param tgid process of the guest
   */
  public record TallyKey(int tgid, int vcpu, ExitKey exit) {}

  public static TallyKey key(ByteBuffer key) {
    return new TallyKey(key.getInt(0), key.getInt(4), exit(key.getInt(8), key.getInt(12)));
  }

  /** An exit of the words that the programs have for its reason and qualifier. */
  public static ExitKey exit(int reason, int qualifier) {
    return new ExitKey(
        Isa.of(qualifier >>> ISA_SHIFT),
        Integer.toUnsignedLong(reason),
        qualifier & (1 << ISA_SHIFT) - 1);
  }

  public static ExitTally tally(ByteBuffer value) {
    var histogram = new long[ExitTally.BUCKETS];
    for (int i = 0; i < histogram.length; i++) {
      histogram[i] = value.getLong(HISTOGRAM + 8 * i);
    }
    return new ExitTally(
        value.getLong(COUNT),
        value.getLong(NANOS),
        value.getLong(WAITED_NANOS),
        value.getLong(MAX_NANOS),
        histogram);
  }

  /**
   * @param thread an entry's {@link #THREAD}
   */
  public static int tgid(long thread) {
    return (int) (thread >>> 32);
  }

  /** What the table of classes has. */
  public static byte[] classes() {
    var classes = new byte[CLASSES_SIZE];
    for (int port = 0; port < PORTS; port++) {
      classes[port] = (byte) Qualifier.PortClass.of(port).ordinal();
    }
    for (int vector = 0; vector < 256; vector++) {
      classes[PORTS + vector] = (byte) Qualifier.VectorClass.of(vector).ordinal();
    }
    return classes;
  }
}
