package dev.lpar.agent.execute;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.intent;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.HostStep;
import dev.lpar.agent.plan.HostStep.ConfineHost;
import dev.lpar.agent.plan.HostStep.ForceOff;
import dev.lpar.agent.plan.HostStep.PartitionStep;
import dev.lpar.agent.plan.HostStep.PauseGuest;
import dev.lpar.agent.plan.HostStep.ResumeGuest;
import dev.lpar.agent.plan.HostStep.StartGuest;
import dev.lpar.agent.plan.TracePlan;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LanesTest {
  private final BlockingQueue<HostStep> done = new LinkedBlockingQueue<>();
  private final Semaphore passed = new Semaphore(0);

  private static HostPlan plan(Map<LparId, List<PartitionStep>> steps) {
    return new HostPlan(
        List.of(),
        steps,
        List.of(),
        new HostPlan.CpuSets(CpuSet.EMPTY, CpuSet.EMPTY, CpuSet.EMPTY, 1),
        TracePlan.NOTHING);
  }

  @Test
  void aSlowStepHoldsUpItsOwnPartitionAlone() throws InterruptedException {
    var release = new CountDownLatch(1);
    var lanes =
        new Lanes(
            step -> {
              if (step instanceof ForceOff) {
                awaitQuietly(release);
              }
              done.add(step);
              return new Outcome.Done();
            },
            passed::release);
    lanes.carryOut(
        plan(
            Map.of(
                A, List.of(new ForceOff(A), new PauseGuest(A)),
                B, List.of(new PauseGuest(B)))),
        Set.of());
    assertEquals(new PauseGuest(B), done.take());
    passed.acquire();
    assertEquals(Set.of(A.text()), lanes.busy());

    // While A's lane is at work, a further plan for A is left for later.
    lanes.carryOut(plan(Map.of(A, List.of(new ResumeGuest(A)))), lanes.busy());
    release.countDown();
    passed.acquire();
    assertEquals(new ForceOff(A), done.take());
    assertEquals(new PauseGuest(A), done.take());
    assertEquals(0, done.size());
    assertEquals(Set.of(), lanes.busy());
  }

  @Test
  void aPlanMadeFromALookTakenWhileTheLaneWasBusyIsNotCarriedOut() {
    var lanes =
        new Lanes(
            step -> {
              done.add(step);
              return new Outcome.Done();
            },
            passed::release);
    lanes.carryOut(plan(Map.of(A, List.of(new PauseGuest(A)))), Set.of(A.text()));
    assertEquals(Set.of(), lanes.busy());
    assertEquals(0, done.size());
  }

  @Test
  void aRefusedStartEndsTheLaneAndIsRemembered() throws InterruptedException {
    var lanes =
        new Lanes(
            step -> {
              done.add(step);
              return new Outcome.Refused("no such group");
            },
            passed::release);
    var start = new StartGuest(intent(A), "10", List.of(), "/boot/vmlinuz", null, null);
    lanes.carryOut(plan(Map.of(A, List.of(start, new PauseGuest(A)))), Set.of());
    passed.acquire();
    assertEquals(List.of(start), List.copyOf(done));
    assertEquals(Map.of(A, "no such group"), lanes.whatWasRefused().starts());
  }

  @Test
  void whyTheHostIsNotConfinedIsRememberedUntilItIs() throws InterruptedException {
    var outcomes = new ArrayDeque<Outcome>();
    outcomes.add(new Outcome.Refused("access denied"));
    outcomes.add(new Outcome.Done());
    var lanes = new Lanes(step -> outcomes.remove(), passed::release);
    var sets = new HostPlan.CpuSets(CpuSet.of(0), CpuSet.EMPTY, CpuSet.EMPTY, 1);
    var plan =
        new HostPlan(
            List.of(new ConfineHost(CpuSet.of(0))), Map.of(), List.of(), sets, TracePlan.NOTHING);
    lanes.carryOut(plan, Set.of());
    passed.acquire();
    assertEquals("access denied", lanes.whatWasRefused().hostCpus());
    lanes.carryOut(plan, Set.of());
    passed.acquire();
    assertEquals(null, lanes.whatWasRefused().hostCpus());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
