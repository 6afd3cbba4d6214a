package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Lab.qemuPids;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import dev.lpar.api.v1alpha1.VmExits;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A partition's life, seen on the blade and on the guest's console. */
class LifecycleE2E {
  @Test
  void runsPausesStopsStartsAndLeavesNothingBehind() {
    var partition = Partition.apply(smallGuest("life", "lpar.tick=1", ""));
    var running = partition.awaitPhase(Phase.RUNNING);
    partition.awaitCondition("Ready", "True", "GuestRunning");
    partition.awaitConsole("LPAR-GUEST ready");
    var pid = qemuPids(running).getFirst();
    assertUnprivilegedAndConfined(id(running), pid);

    partition.setPower(PowerState.PAUSED);
    partition.awaitPhase(Phase.PAUSED);
    assertEquals(Lab.console(running), consoleThreeSecondsLater(running), "vCPUs stand still");
    partition.setPower(PowerState.RUNNING);
    partition.awaitPhase(Phase.RUNNING);
    assertNotEquals(Lab.console(running), consoleThreeSecondsLater(running), "vCPUs run again");
    assertEquals(pid, qemuPids(running).getFirst(), "the same guest all along");

    partition.setPower(PowerState.STOPPED);
    partition.awaitPhase(Phase.STOPPED);
    assertTrue(qemuPids(running).isEmpty(), "off means that no QEMU is left");
    partition.setPower(PowerState.RUNNING);
    partition.awaitPhase(Phase.RUNNING);
    partition.awaitConsole("LPAR-GUEST ready");
    assertNotEquals(pid, qemuPids(running).getFirst(), "an activation is a new guest");

    partition.delete();
    assertNothingIsLeft(id(running));
  }

  @Test
  void exitsAreCountedAndGrow() {
    var partition = Partition.apply(smallGuest("exits", "lpar.tick=1", ""));
    partition.awaitPhase(Phase.RUNNING);
    var first = partition.awaitState("VM exits counted", lpar -> exits(lpar).total() != null);
    var before = exits(first).total();
    partition.awaitState(
        "VM exits grow and have a rate",
        lpar -> {
          var now = exits(lpar);
          return now.total() != null
              && now.total() > before
              && now.perSecond() != null
              && Double.parseDouble(now.perSecond()) > 0;
        });
  }

  private static VmExits exits(Lpar lpar) {
    return Optional.ofNullable(lpar.getStatus().vmExits())
        .orElse(new VmExits(null, null, null, null, null, null, null, null));
  }

  @Test
  void guestThatPanicsIsRestartedAndCounted() {
    var partition = Partition.apply(smallGuest("panics", "lpar.panic=3", ""));
    partition.awaitState(
        "restarted after the panic",
        lpar ->
            lpar.getStatus() != null
                && lpar.getStatus().restarts() != null
                && lpar.getStatus().restarts() >= 1);
  }

  @Test
  void guestThatPanicsStaysDownWhenSoAsked() {
    var manifest = smallGuest("panics-once", "lpar.panic=3", "onCrash: Stop");
    var partition = Partition.apply(manifest);
    partition.awaitCondition("Running", "False", "GuestPanicked");
    assertTrue(qemuPids(partition.get()).isEmpty());
  }

  @Test
  void changeThatNeedsARestartSaysSoAndAppliesAtTheNextActivation() {
    var partition = Partition.apply(smallGuest("grows", "", ""));
    partition.awaitPhase(Phase.RUNNING);
    partition.awaitConsole("LPAR-GUEST ready");
    var pid = qemuPids(partition.get()).getFirst();
    partition.patch("{\"spec\":{\"cpu\":{\"vcpus\":2}}}");
    var condition =
        partition.awaitState(
            "RestartRequired",
            lpar ->
                Partition.condition(lpar, "RestartRequired")
                    .filter(c -> c.getStatus().equals("True"))
                    .isPresent());
    assertTrue(
        Partition.condition(condition, "RestartRequired")
            .orElseThrow()
            .getMessage()
            .contains("cpu.vcpus"));
    assertEquals(pid, qemuPids(partition.get()).getFirst(), "the guest is left alone");

    partition.setPower(PowerState.STOPPED);
    partition.awaitPhase(Phase.STOPPED);
    partition.setPower(PowerState.RUNNING);
    partition.awaitPhase(Phase.RUNNING);
    var commandLine =
        onBlade("tr '\\0' ' ' </proc/" + qemuPids(partition.get()).getFirst() + "/cmdline");
    assertTrue(commandLine.contains("-smp 2"), commandLine);
  }

  private static String consoleThreeSecondsLater(Lpar lpar) {
    onBlade("sleep 3");
    return Lab.console(lpar);
  }

  private static void assertUnprivilegedAndConfined(String id, long pid) {
    var status = onBlade("cat /proc/" + pid + "/status");
    assertFalse(field(status, "Uid").startsWith("0\t"), "QEMU is not root");
    assertEquals("0000000000000000", field(status, "CapEff"), "no capability");
    assertEquals("2", field(status, "Seccomp"), "QEMU's sandbox filters");
    assertTrue(Long.parseLong(field(status, "VmLck").split(" ")[0]) >= 128 << 10, "memory locked");
    var cgroup = onBlade("cat /proc/" + pid + "/cgroup");
    assertTrue(cgroup.contains("/lpar.slice/lpar-" + id + ".service"), cgroup);
    var pods = onBlade("cat /sys/fs/cgroup/lpar.slice/lpar-" + id + ".service/cgroup.procs");
    assertTrue(pods.lines().anyMatch(Long.toString(pid)::equals), pods);
  }

  private static String field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  static void assertNothingIsLeft(String id) {
    var leftovers =
        onBlade(
            "find /run/lpar /var/lib/lpar /sys/fs/cgroup -name '*"
                + id
                + "*'; systemctl list-units --all --plain --no-legend 'lpar-"
                + id
                + "*'; pgrep -af "
                + id
                + " | grep -v pgrep | grep -v 'bash -c' || true");
    assertEquals("", leftovers, "units, cgroups, sockets, state and processes are gone");
  }
}
