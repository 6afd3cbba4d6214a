package dev.lpar.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SequenceLayout;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Which CPUs a thread may run on (sched_setaffinity(2)). The kernel keeps what was asked for, and
 * lets the thread run on those of them that its control group has; on all the group's, while it has
 * none of them.
 */
public final class ThreadAffinity {
  /** More than any kernel has (NR_CPUS of x86-64 and arm64 is at most 8192). */
  private static final int MOST_CPUS = 8192;

  /** {@code cpu_set_t}, sched.h of the C library: a bit for each CPU, in longs. */
  static final SequenceLayout CPU_SET =
      MemoryLayout.sequenceLayout(MOST_CPUS / Long.SIZE, JAVA_LONG);

  private ThreadAffinity() {}

  /**
   * The active CPUs that the thread may run on now.
   *
   * @throws SyscallException ESRCH when it has ended
   */
  public static BitSet of(long thread) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      var mask = arena.allocate(CPU_SET);
      int rc =
          (int)
              NativeCall.SCHED_GETAFFINITY.invokeExact(
                  state, Math.toIntExact(thread), CPU_SET.byteSize(), mask);
      if (rc < 0) {
        throw new SyscallException("sched_getaffinity(" + thread + ")", NativeCall.errno(state));
      }
      return BitSet.valueOf(mask.toArray(JAVA_LONG));
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("sched_getaffinity", e);
    }
  }

  /**
   * Keeps the thread to these CPUs.
   *
   * @throws SyscallException ESRCH when it has ended, EINVAL when its control group has none of
   *     them
   */
  public static void set(long thread, BitSet cpus) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      long[] words = Arrays.copyOf(cpus.toLongArray(), MOST_CPUS / Long.SIZE);
      var mask = arena.allocateFrom(JAVA_LONG, words);
      int rc =
          (int)
              NativeCall.SCHED_SETAFFINITY.invokeExact(
                  state, Math.toIntExact(thread), mask.byteSize(), mask);
      if (rc < 0) {
        throw new SyscallException(
            "sched_setaffinity(" + thread + ", " + cpus + ")", NativeCall.errno(state));
      }
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("sched_setaffinity", e);
    }
  }

  /** Lets the thread run wherever its control group has CPUs, now and later. */
  public static void clear(long thread) throws SyscallException {
    var all = new BitSet(MOST_CPUS);
    all.set(0, MOST_CPUS);
    set(thread, all);
  }
}
