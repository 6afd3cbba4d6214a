package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.LONG;
import static dev.lpar.e2e.Lab.REPOSITORY;
import static dev.lpar.e2e.Lab.SYSTEM_NAMESPACE;
import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Lab.qemuPids;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Guests outlive everything of ours: the agent, the API server, the chart. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SurvivalE2E {
  private static final int KILLS = 20;
  private static final String AGENT = "^/[^ ]*java .*dev.lpar.agent.Main";
  private static final String AGENT_RUNS =
      "until pgrep -f '" + AGENT + "' >/dev/null; do sleep 0.2; done";

  /**
   * The agent dies twenty times: by turns in the middle of an activation or a stop, and soon after
   * its start, when it has found what the one before it left half done; and once more during the
   * removal. At no look is there a second QEMU, and in the end all is as asked.
   */
  @Test
  @Order(1)
  void agentKilledAtAnyMomentNeverRunsAPartitionTwice() {
    var random = new Random(20);
    var partition = Partition.apply(smallGuest("killed", "", "powerState: Stopped"));
    for (int kill = 0; kill < KILLS; kill++) {
      if (kill % 2 == 0) {
        awaitAgentAtWork();
        partition.setPower(kill % 4 == 0 ? PowerState.RUNNING : PowerState.STOPPED);
        onBlade("sleep " + random.nextInt(60) / 10.0);
      } else {
        onBlade(AGENT_RUNS + "; sleep " + random.nextInt(300) / 10.0);
      }
      killAgent();
      assertTrue(qemuPids(partition.get()).size() <= 1, "kill " + kill);
    }
    partition.setPower(PowerState.RUNNING);
    var lpar = partition.awaitPhase(Phase.RUNNING);
    var pids = qemuPids(lpar);
    assertEquals(1, pids.size());

    killAgent();
    awaitAgentReady();
    partition.awaitCondition("Ready", "True", "GuestRunning");
    assertSameGuest(pids, partition, "the restarted agent adopts the guest");
    partition.startDeleting();
    killAgent();
    partition.delete();
    LifecycleE2E.assertNothingIsLeft(id(lpar));
  }

  @Test
  @Order(2)
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

  @Test
  @Order(3)
  void guestOutlivesUpgradeAndUninstallOfTheChart() {
    var partition = Partition.apply(smallGuest("outlives", "", ""));
    var lpar = partition.awaitPhase(Phase.RUNNING);
    var pids = qemuPids(lpar);

    install("--set", "image.tag=" + anotherImage());
    awaitAgentReady();
    assertSameGuest(pids, partition, "after helm upgrade");

    Lab.helm("uninstall", "lpar", "-n", SYSTEM_NAMESPACE, "--wait").orFail();
    assertSameGuest(pids, partition, "after helm uninstall");
    assertEquals(1, Lab.CLIENT.resources(Blade.class).list().getItems().size(), "Blades stay");

    install();
    awaitAgentReady();
    partition.awaitCondition("Ready", "True", "GuestRunning");
    assertSameGuest(pids, partition, "after installing anew");
  }

  @Test
  @Order(4)
  void whatShouldRunIsStartedAfterTheBladeReboots() {
    var runs = Partition.apply(smallGuest("reboots", "", ""));
    var off = Partition.apply(smallGuest("stays-off", "", "powerState: Stopped"));
    runs.awaitPhase(Phase.RUNNING);
    off.awaitPhase(Phase.STOPPED);
    var bootId = onBlade("cat /proc/sys/kernel/random/boot_id");
    Lab.lab("blade", Lab.BLADE, "systemctl reboot");
    await(
        "the blade is back",
        () -> Lab.lab("blade", Lab.BLADE, "cat /proc/sys/kernel/random/boot_id"),
        seen -> seen.exitCode() == 0 && !seen.output().equals(bootId));
    await(
        "the agent reports the new boot",
        () -> Lab.CLIENT.resources(Blade.class).withName(Lab.BLADE).get(),
        blade -> !bootId.equals(blade.getStatus().bootId()));
    runs.awaitState("runs again", lpar -> qemuPids(lpar).size() == 1);
    runs.awaitCondition("Ready", "True", "GuestRunning");
    assertEquals(List.of(), qemuPids(off.get()));
  }

  /** The guest may also have died by itself; what its partition says of it tells that apart. */
  private static void assertSameGuest(List<Long> pids, Partition partition, String when) {
    var lpar = partition.get();
    assertEquals(pids, qemuPids(lpar), () -> when + ": " + Serialization.asYaml(lpar.getStatus()));
  }

  /** Gives the nodes' images a second tag, as a later release would have, and tells it. */
  private static String anotherImage() {
    for (var node : List.of(Lab.MANAGER, Lab.BLADE)) {
      Lab.on(
          node,
          """
          ctr -n k8s.io images ls -q | grep '^lpar.dev/' | while read -r image; do
            ctr -n k8s.io images tag --force "$image" "${image%:*}:later"
          done""");
    }
    return "later";
  }

  private static void install(String... more) {
    var arguments =
        new ArrayList<>(
            List.of(
                "upgrade",
                "--install",
                "lpar",
                REPOSITORY + "/helm/lpar-operator",
                "-n",
                SYSTEM_NAMESPACE,
                "--create-namespace",
                "--values",
                REPOSITORY + "/hack/lab.d/values.yaml"));
    arguments.addAll(List.of(more));
    Lab.helm(arguments.toArray(String[]::new)).orFail();
  }

  /** Fails unless there was an agent to kill. */
  private static void killAgent() {
    onBlade(AGENT_RUNS + "; pkill -9 -f '" + AGENT + "'");
  }

  /** Waits until the agent, maybe a new one, renews its Lease. */
  private static void awaitAgentAtWork() {
    var lease =
        Lab.CLIENT
            .resources(Lease.class)
            .inNamespace(SYSTEM_NAMESPACE)
            .withName("lpar-blade-" + Lab.BLADE);
    var before = lease.get().getSpec().getRenewTime();
    await(
        "the agent renews its Lease",
        () -> lease.get().getSpec().getRenewTime(),
        renewed -> !renewed.equals(before));
  }

  private static void awaitAgentReady() {
    Lab.kubectl(
            "rollout",
            "status",
            "daemonset/lpar-agent",
            "-n",
            SYSTEM_NAMESPACE,
            "--timeout=" + LONG.toSeconds() + "s")
        .orFail();
  }
}
