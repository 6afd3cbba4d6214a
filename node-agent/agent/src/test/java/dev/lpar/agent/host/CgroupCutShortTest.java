package dev.lpar.agent.host;

import static dev.lpar.agent.host.CgroupBlade.CAPPED;
import static dev.lpar.agent.host.CgroupBlade.DEDICATED;
import static dev.lpar.agent.host.CgroupBlade.PID;
import static dev.lpar.agent.host.CgroupBlade.SHARED;
import static dev.lpar.agent.host.CgroupBlade.dedicated;
import static dev.lpar.agent.plan.Intents.A;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.CpuArrangement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** While a guest's CPUs are arranged, the agent is killed, or the guest or a thread of it ends. */
class CgroupCutShortTest {
  private CgroupBlade blade;
  private FakeCgroups kernel;

  @BeforeEach
  void aBladeWithOneGuest(@TempDir Path folder) {
    blade = new CgroupBlade(folder);
    kernel = blade.kernel;
  }

  /** The agent is killed. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  static List<Arguments> changes() {
    return List.of(
        Arguments.of(null, CAPPED),
        Arguments.of(null, DEDICATED),
        Arguments.of(SHARED, CAPPED),
        Arguments.of(CAPPED, SHARED),
        Arguments.of(CAPPED, DEDICATED),
        Arguments.of(DEDICATED, CAPPED),
        Arguments.of(DEDICATED, dedicated("2-3", 2, 3)),
        Arguments.of(dedicated("2-5", 2, 4), dedicated("4-7", 4, 6)),
        Arguments.of(DEDICATED, dedicated("6-7", 7, 6)));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void anAgentKilledAnywhereLeavesWhatTheNextOneCompletes(
      CpuArrangement before, CpuArrangement wanted) {
    int n = 1;
    while (killedAt(n, before, wanted)) {
      n++;
    }
    assertTrue(n > 1, "it was killed at least once");
  }

  private void again(CpuArrangement before) {
    kernel.end(A, PID);
    blade.start(A, PID);
    blade.restartAgent();
    if (before != null) {
      blade.arrange(before);
    }
  }

  /** Returns whether there were so many writes. */
  private boolean killedAt(int n, CpuArrangement before, CpuArrangement wanted) {
    again(before);
    kernel.beforeWrite(
        n,
        () -> {
          throw new Killed();
        });
    boolean killed = false;
    try {
      blade.arrange(wanted);
    } catch (Killed e) {
      killed = true;
    }
    kernel.beforeWrite(0, () -> {});
    blade.restartAgent();
    blade.arrange(wanted);
    blade.assertArranged(wanted);
    return killed;
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aGuestThatEndsMeanwhileIsNoError(CpuArrangement before, CpuArrangement wanted) {
    int n = 1;
    while (endsAt(n, before, wanted)) {
      n++;
    }
    assertTrue(n > 1, "it ended at least once");
  }

  /** Returns whether there were so many writes. */
  private boolean endsAt(int n, CpuArrangement before, CpuArrangement wanted) {
    again(before);
    kernel.beforeWrite(n, () -> kernel.end(A, PID));
    blade.arrange(wanted);
    kernel.beforeWrite(0, () -> {});
    boolean ended = !Files.exists(kernel.unit(A));
    assertEquals(ended, blade.look().arrangement() == null);
    return ended;
  }

  @Test
  void aThreadThatEndsMeanwhileIsPassedOver() {
    kernel.beforeWrite(9, () -> kernel.end(PID, 4001));
    blade.arrange(SHARED);
    blade.assertArranged(SHARED);
  }
}
