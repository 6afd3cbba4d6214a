package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.BLADE;
import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeStatus.Virtualization;
import dev.lpar.api.v1alpha1.ExitSource;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import dev.lpar.api.v1alpha1.VmExits;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** VM exits as they are told, beside what the kernel counts by other means. */
@ExtendWith(LabExtension.class)
class ExitsE2E {
  private static final String TRIGGER = "/sys/kernel/tracing/events/kvm/kvm_exit/trigger";
  private static final String HISTOGRAM = "/sys/kernel/tracing/events/kvm/kvm_exit/hist";
  private static final Pattern ENTRY =
      Pattern.compile("\\{ exit_reason: +([0-9]+) } hitcount: +([0-9]+)");

  /** Processes, page faults, I/O, CPUID: something of everything. */
  private static final String WORK =
      "for i in $(seq 60); do /bin/true; cat /proc/cpuinfo; done >/dev/null; dmesg | tail -n 20";

  /** Factors of one reason each, by its number on SVM and on VMX. */
  private static final Map<String, int[]> REASONS =
      Map.of("CPUID", new int[] {0x72, 10}, "HLT", new int[] {0x78, 12});

  private static Virtualization virtualization() {
    return Lab.CLIENT.resources(Blade.class).withName(BLADE).get().getStatus().virtualization();
  }

  private static void awaitAccounting(ExitSource source) {
    await("exits by " + source, ExitsE2E::virtualization, seen -> seen.exitAccounting() == source);
  }

  @Test
  void countsAreTheKernelsOwnAlsoThroughADeathOfTheAgent() {
    awaitAccounting(ExitSource.BPF);
    var partition =
        Partition.apply(
            smallGuest("exits-truth", "", "")
                .replace(
                    "vcpus: 1, mode: Shared, serviceRatio: 10",
                    "vcpus: 2, mode: Shared, serviceRatio: 50"));
    partition.awaitConsole("LPAR-GUEST ready");
    partition.setPower(PowerState.PAUSED);
    partition.awaitPhase(Phase.PAUSED);
    var before = ExitMetrics.settled("exits-truth").counts();
    onBlade("echo hist:keys=exit_reason >" + TRIGGER);
    try {
      partition.setPower(PowerState.RUNNING);
      partition.awaitPhase(Phase.RUNNING);
      partition.inGuest(WORK);
      Agent.kill();
      partition.inGuest(WORK);
      Agent.awaitAtWork();
      partition.setPower(PowerState.PAUSED);
      partition.awaitPhase(Phase.PAUSED);
      var after = ExitMetrics.settled("exits-truth").counts();
      var kernels = kernelsOwn();
      // A vCPU that stands still has left its guest for an exit that is counted when it enters it
      // again: one at the beginning, one at the end.
      assertEquals(sum(kernels), sum(after) - sum(before), after + " - " + before + ": " + kernels);
      REASONS.forEach(
          (factor, reasons) ->
              assertEquals(
                  kernels.getOrDefault(reasons[0], 0L) + kernels.getOrDefault(reasons[1], 0L),
                  after.getOrDefault(factor, 0L) - before.getOrDefault(factor, 0L),
                  2,
                  factor));
    } finally {
      onBlade("echo '!hist:keys=exit_reason' >" + TRIGGER);
    }
  }

  private static Map<Integer, Long> kernelsOwn() {
    var counts = new TreeMap<Integer, Long>();
    var matcher = ENTRY.matcher(onBlade("cat " + HISTOGRAM));
    while (matcher.find()) {
      counts.put(Integer.valueOf(matcher.group(1)), Long.valueOf(matcher.group(2)));
    }
    assertTrue(sum(counts) > 1000, () -> "the guest did next to nothing: " + counts);
    return counts;
  }

  private static long sum(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void aStatusHasTable2() {
    awaitAccounting(ExitSource.BPF);
    var partition = Partition.apply(smallGuest("exits-table", "lpar.tick=1", ""));
    // A guest that rests halts.
    var exits =
        awaitExits(
            partition,
            told ->
                told.perSecond() != null
                    && told.overheadPercent() != null
                    && told.groups().stream().anyMatch(group -> group.name().equals("Halt")));
    assertEquals(ExitSource.BPF, exits.source());
    long groups = exits.groups().stream().mapToLong(VmExits.Group::count).sum();
    long factors = exits.factors().stream().mapToLong(VmExits.Factor::count).sum();
    assertEquals(exits.total(), groups);
    assertEquals(exits.total(), factors);
    assertTrue(Double.parseDouble(exits.overheadPercent()) > 0, exits::toString);
  }

  private static VmExits awaitExits(Partition partition, Predicate<VmExits> satisfies) {
    return partition
        .awaitState(
            "VM exits",
            lpar ->
                lpar.getStatus() != null
                    && lpar.getStatus().vmExits() != null
                    && satisfies.test(lpar.getStatus().vmExits()))
        .getStatus()
        .vmExits();
  }

  @Test
  void withoutTracepointsKvmsStatisticsAreToldAndTheBladeSaysWhy() {
    awaitAccounting(ExitSource.BPF);
    var partition = Partition.apply(smallGuest("exits-fallback", "lpar.tick=1", ""));
    awaitExits(partition, told -> told.source() == ExitSource.BPF);
    onBlade("umount -l /sys/kernel/tracing");
    try {
      Agent.kill();
      awaitAccounting(ExitSource.KVM_STATISTICS);
      var reason = virtualization().exitAccountingReason();
      assertTrue(reason.contains("no tracepoint kvm:kvm_exit"), reason);
      var told = awaitExits(partition, exits -> exits.source() == ExitSource.KVM_STATISTICS);
      assertTrue(told.total() > 0, told::toString);
    } finally {
      onBlade("mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing");
    }
    awaitAccounting(ExitSource.BPF);
    awaitExits(partition, told -> told.source() == ExitSource.BPF);
  }
}
