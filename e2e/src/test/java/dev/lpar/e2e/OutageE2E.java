package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Lab.qemuPids;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Phase;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Guests need no API server, and what happens to them without it is told once it is back. */
class OutageE2E {
  @Test
  void guestRunsOnWhileTheApiServerIsDown() {
    var partition = Partition.apply(smallGuest("alone", "lpar.tick=1", ""));
    var lpar = partition.awaitPhase(Phase.RUNNING);
    var pids = qemuPids(lpar);
    var before = Lab.console(lpar);
    Lab.lab("control-plane", "stop", "kube-apiserver").orFail();
    try {
      onBlade("sleep 60");
      assertEquals(pids, qemuPids(lpar));
      assertTrue(Lab.console(lpar).length() > before.length(), "the guest goes on ticking");
      // What happens meanwhile must be seen afterwards.
      onBlade("kill -9 " + pids.getFirst());
    } finally {
      Lab.lab("control-plane", "start", "kube-apiserver").orFail();
    }
    var back = Instant.now();
    partition.awaitState(
        "the crash that happened meanwhile is told",
        seen ->
            seen.getStatus().phase() != Phase.RUNNING
                || seen.getStatus().restarts() != null && seen.getStatus().restarts() >= 1);
    System.out.printf(
        "status true %d s after the API server's return%n",
        Duration.between(back, Instant.now()).toSeconds());
    partition.awaitState(
        "the crash that happened meanwhile is counted, and the guest runs again",
        seen ->
            seen.getStatus().restarts() != null
                && seen.getStatus().restarts() >= 1
                && seen.getStatus().phase() == Phase.RUNNING);
  }
}
