package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Lab.qemuPids;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A blade that starts again has its partitions as they were asked for. */
class RebootE2E {
  @Test
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
}
