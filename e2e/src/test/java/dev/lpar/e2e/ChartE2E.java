package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.REPOSITORY;
import static dev.lpar.e2e.Lab.SYSTEM_NAMESPACE;
import static dev.lpar.e2e.Lab.qemuPids;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.Phase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Guests outlive what the chart installs. */
class ChartE2E {
  @Test
  void guestOutlivesUpgradeAndUninstallOfTheChart() {
    var partition = Partition.apply(smallGuest("outlives", "", ""));
    var lpar = partition.awaitPhase(Phase.RUNNING);
    var pids = qemuPids(lpar);

    install("--set", "image.tag=" + anotherImage());
    Agent.awaitReady();
    partition.assertSameGuest(pids, "after helm upgrade");

    Lab.helm("uninstall", "lpar", "-n", SYSTEM_NAMESPACE, "--wait").orFail();
    partition.assertSameGuest(pids, "after helm uninstall");
    assertEquals(1, Lab.CLIENT.resources(Blade.class).list().getItems().size(), "Blades stay");

    install();
    Agent.awaitReady();
    partition.awaitCondition("Ready", "True", "GuestRunning");
    partition.assertSameGuest(pids, "after installing anew");
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
}
