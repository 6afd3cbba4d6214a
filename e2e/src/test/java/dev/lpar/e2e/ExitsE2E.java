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
import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** VM exits as they are told, beside what the kernel counts by other means. */
@ExtendWith(LabExtension.class)
class ExitsE2E {
  private static final int VCPUS = Rounds.of(2, 8);

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
  void countsAndTimesAreTheKernelsOwnAlsoThroughAPauseADeathOfTheAgentAndHotPlug() {
    awaitAccounting(ExitSource.BPF);
    try (var kernel = KernelExits.count()) {
      var partition =
          Partition.apply(
              smallGuest("exits-truth", "", "")
                  .replace("size: 128Mi", "size: 256Mi")
                  .replace(
                      "vcpus: 1, mode: Shared, serviceRatio: 10",
                      "vcpus: %d, mode: Shared, serviceRatio: 50".formatted(VCPUS)));
      partition.awaitConsole("LPAR-GUEST ready");
      assertEquals(VCPUS, Integer.parseInt(partition.inGuest("nproc").strip()));
      partition.setPower(PowerState.PAUSED);
      partition.awaitPhase(Phase.PAUSED);
      partition.setPower(PowerState.RUNNING);
      partition.awaitPhase(Phase.RUNNING);
      partition.inGuest(WORK);
      Agent.kill();
      partition.inGuest(WORK);
      Agent.awaitAtWork();
      VcpuHotPlug.replaceLast(partition.get());
      partition.inGuest(
          "until echo 1 >/sys/devices/system/cpu/cpu%d/online; do sleep 0.1; done 2>/dev/null"
              .formatted(VCPUS - 1));
      assertEquals(VCPUS, Integer.parseInt(partition.inGuest("nproc").strip()));
      partition.inGuest(WORK);
      Agent.awaitAtWork();
      partition.setPower(PowerState.PAUSED);
      partition.awaitPhase(Phase.PAUSED);
      var told = ExitMetrics.settled("exits-truth");
      var counts = kernel.counts();
      assertTrue(sum(counts) > 1000, () -> "the guest did next to nothing: " + counts);
      // A vCPU that stands still, or was taken out, has left its guest for an exit that would be
      // counted when it enters it again.
      assertEquals(sum(counts), sum(told.counts()) + VCPUS + 1, told + ": " + counts);
      REASONS.forEach(
          (factor, reasons) ->
              assertEquals(
                  of(counts, reasons), told.counts().getOrDefault(factor, 0L), VCPUS + 1, factor));

      // What was waiting isn't handling. Both ways to look take a few microseconds of each exit.
      double handled = told.seconds();
      double seconds = sum(kernel.nanos()) / 1e9;
      assertEquals(
          handled,
          seconds - told.waits(),
          0.02 * handled,
          () -> seconds + " s from exit to entry; " + told);
    }
  }

  private static long of(Map<Integer, Long> numbers, int[] reasons) {
    return Arrays.stream(reasons).mapToLong(reason -> numbers.getOrDefault(reason, 0L)).sum();
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
