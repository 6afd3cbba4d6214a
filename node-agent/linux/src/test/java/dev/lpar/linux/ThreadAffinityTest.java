package dev.lpar.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** On threads of this process. */
class ThreadAffinityTest {
  private interface Work {
    void run(long thread) throws Exception;
  }

  /** In a thread of its own, which takes its affinity with it when it ends. */
  private static void inAThread(Work work) throws Exception {
    var failure = new AtomicReference<Throwable>();
    var thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    work.run(ownId());
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                });
    thread.join();
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
  }

  /** The link reads {@code PID/task/TID}. */
  private static long ownId() throws IOException {
    var self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
    return Long.parseLong(self.getFileName().toString());
  }

  @Test
  void aThreadIsPinnedAndSetFreeAgain() throws Exception {
    inAThread(
        thread -> {
          var before = ThreadAffinity.of(thread);
          assertFalse(before.isEmpty());
          var one = new BitSet();
          one.set(before.length() - 1);
          ThreadAffinity.set(thread, one);
          assertEquals(one, ThreadAffinity.of(thread));
          assertTrue(
              Files.readString(Path.of("/proc/thread-self/status"))
                  .contains("Cpus_allowed_list:\t" + (before.length() - 1) + "\n"));
          ThreadAffinity.clear(thread);
          assertEquals(before, ThreadAffinity.of(thread));
        });
  }

  @Test
  void noCpuAtAllIsRefusedWithTheCallAndTheError() throws Exception {
    inAThread(
        thread -> {
          var refusal =
              assertThrows(SyscallException.class, () -> ThreadAffinity.set(thread, new BitSet()));
          assertEquals(Errno.EINVAL, refusal.errno());
          assertTrue(refusal.getMessage().startsWith("sched_setaffinity(" + thread + ", {})"));
        });
  }

  /** The kernel gives no thread a number above 4194304 (PID_MAX_LIMIT). */
  @Test
  void aThreadThatHasEndedIsToldApart() {
    var gone = assertThrows(SyscallException.class, () -> ThreadAffinity.of(1 << 30));
    assertEquals(Errno.ESRCH, gone.errno());
    assertEquals(
        Errno.ESRCH,
        assertThrows(SyscallException.class, () -> ThreadAffinity.clear(1 << 30)).errno());
  }

  @Test
  void theMaskIsAWholeNumberOfLongs() {
    assertEquals(1024, ThreadAffinity.CPU_SET.byteSize());
  }
}
