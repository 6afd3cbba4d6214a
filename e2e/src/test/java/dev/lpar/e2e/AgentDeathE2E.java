package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Lab.qemuPids;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The agent may die at any moment. */
class AgentDeathE2E {
  private static final int KILLS = Rounds.of(6, 20);

  /**
   * The agent dies many times: by turns in the middle of an activation or a stop, and soon after
   * its start, when it has found what the one before it left half done; and once more during the
   * removal. At no look is there a second QEMU, and in the end all is as asked.
   */
  @Test
  void agentKilledAtAnyMomentNeverRunsAPartitionTwice() {
    var random = new Random(20);
    var partition = Partition.apply(smallGuest("killed", "", "powerState: Stopped"));
    for (int kill = 0; kill < KILLS; kill++) {
      if (kill % 2 == 0) {
        Agent.awaitAtWork();
        partition.setPower(kill % 4 == 0 ? PowerState.RUNNING : PowerState.STOPPED);
        onBlade("sleep " + random.nextInt(60) / 10.0);
      } else {
        onBlade(Agent.RUNS + "; sleep " + random.nextInt(300) / 10.0);
      }
      Agent.kill();
      assertTrue(qemuPids(partition.get()).size() <= 1, "kill " + kill);
    }
    partition.setPower(PowerState.RUNNING);
    var lpar = partition.awaitPhase(Phase.RUNNING);
    var pids = qemuPids(lpar);
    assertEquals(1, pids.size());

    Agent.kill();
    Agent.awaitReady();
    partition.awaitCondition("Ready", "True", "GuestRunning");
    partition.assertSameGuest(pids, "the restarted agent adopts the guest");
    partition.startDeleting();
    Agent.kill();
    partition.delete();
    LifecycleE2E.assertNothingIsLeft(id(lpar));
  }
}
