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

  /**
   * For thirty seconds, the host being loaded: exits for halts on a CPU, threads that used it, and
   * how often which thread was switched to.
   */
  private static final String WATCH_CPU =
      """
      set -e
      cd /sys/kernel/tracing && mask=$(cat tracing_cpumask)
      halts='(isa == 1 && exit_reason == 12) || (isa == 2 && exit_reason == 0x78)'
      used() { # of proc_pid_stat(5): thread, utime, stime; and whether the flags have PF_KTHREAD
        cat /proc/[0-9]*/task/[0-9]*/stat 2>/dev/null |
          perl -ne '/^(\\d+) \\(.*\\) (.*)/ && do { my @f = split / /, $2; print "$1 $f[11] $f[12]", ($f[6] & 0x200000 ? " kernel" : ""), "\\n" if $f[36] == %1$s }' | sort
      }
      echo 0 >tracing_on && echo >trace && printf '%%x' $((1 << %1$s)) >tracing_cpumask
      echo "$halts" >events/kvm/kvm_exit/filter
      for event in sched/sched_switch kvm/kvm_exit; do echo 1 >events/$event/enable; done
      used >/tmp/used && echo 1 >tracing_on
      timeout 30 sh -c 'while :; do :; done' || true
      echo 0 >tracing_on && used >/tmp/used.now
      for event in sched/sched_switch kvm/kvm_exit; do echo 0 >events/$event/enable; done
      echo 0 >events/kvm/kvm_exit/filter; echo "$mask" >tracing_cpumask
      echo "halts $(grep -c kvm_exit: trace || true)"
      comm -13 /tmp/used /tmp/used.now | sed 's/^\\([0-9]*\\) [0-9]* [0-9]*/used \\1/'
      sed -n 's/.*next_comm=\\(.*\\) next_pid=\\([0-9]*\\) .*/\\2 \\1/p' trace | sort | uniq -c |
        while read -r times pid name; do
          parent=$(sed 's/.*) . \\([0-9]*\\) .*/\\1/' /proc/$pid/stat 2>/dev/null)
          echo "switch $times $name $([ "$parent" = 2 ] && echo kernel || echo $pid)"
        done""";

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

  private static double usedCpus(Lpar lpar) {
    var used = lpar.getStatus().cpu().usedCpus();
    return used == null ? 0 : Double.parseDouble(used);
  }

  private static String vcpuThread(Lpar lpar) {
    return vcpus(lpar, "cgroup.threads").lines().findFirst().orElseThrow();
  }

  @Test
  void ratioAndCapOfARunningGuestChangeWithoutTouchingIt() {
    var partition = Partition.apply(smallGuest("ratio", "", ""));
    var lpar = partition.awaitPhase(Phase.RUNNING);
    var pids = qemuPids(lpar);
    partition.awaitConsole("LPAR-GUEST ready");
    var boot = partition.inGuest(BOOT_ID);
    assertEquals("spins", partition.inGuest(SPIN).strip());
    assertEquals("max 100000", vcpus(lpar, "cpu.max"));
    partition.patch("{\"spec\":{\"cpu\":{\"capped\":true}}}");
    awaitVcpus(partition, "cpu.max", "20000 100000");
    var used =
        partition.awaitState(
            "it is told to use what the cap lets it",
            seen -> Math.abs(usedCpus(seen) - 0.2) < 0.05);
    assertEquals("0.200", used.getStatus().cpu().entitledCpus());

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
    awaitVcpus(neighbour, "cpu.max", "max 100000");
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
    awaitVcpus(neighbour, "cpu.max", "max 100000");
    assertEquals("0-1", vcpus(neighbour.get(), "cpuset.cpus.effective"));
    assertEquals("", onBlade("cat /sys/fs/cgroup/cpuset.cpus.isolated"));
  }

  private static String affinity(String thread) {
    return onBlade("sed -n 's/^Cpus_allowed_list:\\s*//p' /proc/" + thread + "/status");
  }

  /**
   * By the scheduler's own tracepoint, and by the CPU time of all threads that were there last,
   * while the host is loaded too. Threads of the kernel that belong to the CPU are named, and no
   * fault. The guest idles meanwhile, and its halts end in no exit.
   */
  private static void assertRunsNothingElse(Lpar lpar, String cpu) {
    var found =
        onBlade(WATCH_CPU.formatted(cpu))
            .lines()
            .filter(line -> !line.contains(" swapper/" + cpu + " "))
            .filter(line -> !line.endsWith(" " + vcpuThread(lpar)))
            .toList();
    System.out.printf("on CPU %s beside its vCPU, for thirty seconds: %s%n", cpu, found);
    assertEquals("halts 0", found.getFirst());
    assertEquals(
        List.of(),
        found.stream().skip(1).filter(line -> !line.endsWith(" kernel")).toList(),
        "ran beside the vCPU");
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
