package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Lab.qemuPids;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Partitions have the CPUs they were promised, as the blade's kernel tells. */
class CpusE2E {
  private static final String BOOT_ID = "cat /proc/sys/kernel/random/boot_id";

  /** What runs at ever, for as long as it takes, in the guest. */
  private static final String SPIN = "(while :; do :; done) >/dev/null 2>&1 & echo spins";

  private static String dedicatedGuest(String name) {
    return smallGuest(name, "", "")
        .replace("mode: Shared, serviceRatio: 10", "mode: Dedicated, threadsPerCore: 1");
  }

  private static String vcpus(Lpar lpar, String file) {
    return onBlade(
        "cat /sys/fs/cgroup/lpar.slice/lpar-" + id(lpar) + ".service/vcpus/" + file + " || true");
  }

  private static void awaitVcpus(Partition partition, String file, String content) {
    var lpar = partition.get();
    await(file + " is " + content, () -> vcpus(lpar, file), content::equals);
  }

  private static String vcpuThread(Lpar lpar) {
    return vcpus(lpar, "cgroup.threads").lines().findFirst().orElseThrow();
  }

  @Test
  void ratioAndCapOfARunningGuestChangeWithoutTouchingIt() {
    var partition =
        Partition.apply(
            smallGuest("ratio", "", "")
                .replace("serviceRatio: 10", "serviceRatio: 10, capped: true"));
    var lpar = partition.awaitPhase(Phase.RUNNING);
    var pids = qemuPids(lpar);
    partition.awaitConsole("LPAR-GUEST ready");
    var boot = partition.inGuest(BOOT_ID);
    assertEquals("spins", partition.inGuest(SPIN).strip());
    assertEquals("20000 100000", vcpus(lpar, "cpu.max"), "a tenth of two CPUs");
    var used =
        partition.awaitState(
            "what it used is told",
            seen ->
                seen.getStatus().cpu().usedCpus() != null
                    && Double.parseDouble(seen.getStatus().cpu().usedCpus()) > 0.1);
    assertEquals("0.200", used.getStatus().cpu().entitledCpus());
    assertTrue(
        Double.parseDouble(used.getStatus().cpu().usedCpus()) < 0.25, "the cap holds it back");

    partition.patch("{\"spec\":{\"cpu\":{\"serviceRatio\":40}}}");
    awaitVcpus(partition, "cpu.max", "80000 100000");
    assertEquals(
        "4000", onBlade("cat /sys/fs/cgroup/lpar.slice/lpar-" + id(lpar) + ".service/cpu.weight"));
    partition.patch("{\"spec\":{\"cpu\":{\"capped\":false}}}");
    awaitVcpus(partition, "cpu.max", "max 100000");
    partition.assertSameGuest(pids, "after the changes");
    assertEquals(boot, partition.inGuest(BOOT_ID), "the guest ran on");
  }

  /** Beside a shared one, on a blade of two CPUs. */
  @Test
  void aDedicatedGuestsCpuRunsNothingElseAndIsGivenBack() {
    var neighbour =
        Partition.apply(
            smallGuest("neighbour", "", "")
                .replace("serviceRatio: 10", "serviceRatio: 50, capped: true"));
    neighbour.awaitPhase(Phase.RUNNING);
    awaitVcpus(neighbour, "cpu.max", "100000 100000");
    neighbour.awaitConsole("LPAR-GUEST ready");
    assertEquals("spins", neighbour.inGuest(SPIN).strip());

    var owner = Partition.apply(dedicatedGuest("owner"));
    var lpar = owner.awaitPhase(Phase.RUNNING);
    var cpu =
        owner.awaitState("its pin is told", seen -> seen.getStatus().cpu().vcpuPins() != null);
    var pin = cpu.getStatus().cpu().vcpuPins();
    assertEquals("isolated", vcpus(lpar, "cpuset.cpus.partition"));
    assertEquals(pin, onBlade("cat /sys/fs/cgroup/cpuset.cpus.isolated"));
    assertEquals(pin, affinity(vcpuThread(lpar)));
    awaitVcpus(neighbour, "cpu.max", "50000 100000");
    assertEquals("0", vcpus(neighbour.get(), "cpuset.cpus.effective"));
    assertEquals("0", onBlade("cat /sys/fs/cgroup/system.slice/cpuset.cpus.effective"));
    owner.awaitConsole("LPAR-GUEST ready");
    assertRunsNothingElse(lpar, pin);
    assertDriftIsPutRight(owner, pin);

    owner.delete();
    awaitVcpus(neighbour, "cpu.max", "100000 100000");
    assertEquals("0-1", vcpus(neighbour.get(), "cpuset.cpus.effective"));
    assertEquals("", onBlade("cat /sys/fs/cgroup/cpuset.cpus.isolated"));
  }

  private static String affinity(String thread) {
    return onBlade("sed -n 's/^Cpus_allowed_list:\\s*//p' /proc/" + thread + "/status");
  }

  /**
   * By the scheduler's own tracepoint, while the host is loaded too. Threads of the kernel that
   * belong to the CPU are named, and no fault.
   */
  private static void assertRunsNothingElse(Lpar lpar, String cpu) {
    var others =
        onBlade(
                """
                cd /sys/kernel/tracing && mask=$(cat tracing_cpumask)
                echo 0 >tracing_on && echo >trace && printf '%%x' $((1 << %1$s)) >tracing_cpumask
                echo 1 >events/sched/sched_switch/enable && echo 1 >tracing_on
                timeout 10 sh -c 'while :; do :; done'
                echo 0 >tracing_on; echo 0 >events/sched/sched_switch/enable; echo "$mask" >tracing_cpumask
                sed -n 's/.*next_comm=\\(.*\\) next_pid=\\([0-9]*\\) .*/\\2 \\1/p' trace | sort | uniq -c |
                  while read -r times pid name; do
                    parent=$(sed 's/.*) . \\([0-9]*\\) .*/\\1/' /proc/$pid/stat 2>/dev/null)
                    echo "$times $name $([ "$parent" = 2 ] && echo kernel || echo $pid)"
                  done"""
                    .formatted(cpu))
            .lines()
            .filter(line -> !line.contains(" swapper/" + cpu + " "))
            .filter(line -> !line.endsWith(" " + vcpuThread(lpar)))
            .toList();
    System.out.printf("on CPU %s beside its vCPU, for ten seconds: %s%n", cpu, others);
    assertEquals(List.of(), others.stream().filter(line -> !line.endsWith(" kernel")).toList());
  }

  private static void assertDriftIsPutRight(Partition owner, String pin) {
    var thread = vcpuThread(owner.get());
    onBlade(
        "echo "
            + thread
            + " >/sys/fs/cgroup/lpar.slice/lpar-"
            + id(owner.get())
            + ".service/emulator/cgroup.threads");
    var told = owner.awaitCondition("EntitlementMet", "False", "CpusDisturbed");
    assertTrue(told.getMessage().contains(thread), told.getMessage());
    await("the thread is back", () -> affinity(thread), pin::equals);
    await("and in its place", () -> vcpuThread(owner.get()), thread::equals);
  }
}
