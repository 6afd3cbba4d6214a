package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.LONG;
import static dev.lpar.e2e.Lab.SYSTEM_NAMESPACE;
import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.onBlade;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;

/** The agent of the lab's blade, as a process to kill and a pod to wait for. */
final class Agent {
  private static final String PROGRAM = "^/[^ ]*java .*dev.lpar.agent.Main";

  /** A shell command of the blade that waits until there is an agent. */
  static final String RUNS = "until pgrep -f '" + PROGRAM + "' >/dev/null; do sleep 0.2; done";

  /** A shell command of the blade that prints the agent's process id. */
  static final String PID = "pgrep -o -f '" + PROGRAM + "'";

  /** A shell command of the blade that ends the agent; fails unless there is one. */
  static final String KILL = "pkill -9 -f '" + PROGRAM + "'";

  private Agent() {}

  /** Fails unless there was an agent to kill. */
  static void kill() {
    onBlade(RUNS + "; " + KILL);
  }

  /**
   * Its memory but for files, in KiB: of those that it maps the kernel counts more or less, as they
   * are in the page cache or not.
   */
  static long ownKibibytes() {
    var line = onBlade("grep ^RssAnon: /proc/$(" + PID + ")/status");
    return Long.parseLong(line.replaceAll("[^0-9]", ""));
  }

  /** Waits until the agent, maybe a new one, renews its Lease. */
  static void awaitAtWork() {
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

  static void awaitReady() {
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
