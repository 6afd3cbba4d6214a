package dev.lpar.agent.host;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.plan.ObservedCpus;
import dev.lpar.agent.systemd.TransientUnits;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** CPUs given out through cgroup v2 and thread affinity. */
public final class CgroupCpus implements Cpus {
  /** What is read of the blade elsewhere. */
  public record Readings(
      Supplier<CpuTopology> topology, Supplier<Map<Integer, Map<Pages, MemorySize>>> freeMemory) {}

  /**
   * The kernel, as this class meets it.
   *
   * @param nanos a clock that only goes forward
   */
  record Kernel(KernelFiles files, Affinity affinity, LongSupplier nanos) {
    static final Kernel REAL = new Kernel(KernelFiles.REAL, Affinity.REAL, System::nanoTime);
  }

  private final Readings readings;
  private final Path proc;
  private final Cgroup root;
  private final HostSlices slices;
  private final Interrupts interrupts;
  private final Isolation isolation;
  private final GuestArranger arranger;
  private final GuestCpuLook looks;

  /**
   * @param sys with the blade's control groups, and to be written to
   * @param proc with the blade's processes
   */
  public CgroupCpus(Path sys, Path proc, TransientUnits units, Readings readings) {
    this(sys, proc, units, readings, Kernel.REAL);
  }

  CgroupCpus(Path sys, Path proc, TransientUnits units, Readings readings, Kernel kernel) {
    this.readings = readings;
    this.proc = proc;
    this.root = new Cgroup(sys.resolve("fs/cgroup"), kernel.files());
    this.slices = new HostSlices(root, units);
    this.interrupts = new Interrupts(sys, proc, kernel.files(), kernel.nanos());
    this.isolation = new Isolation(root, kernel.nanos());
    this.arranger = new GuestArranger(kernel.affinity(), units, isolation);
    this.looks = new GuestCpuLook(kernel.affinity(), isolation, kernel.nanos());
  }

  @Override
  public ObservedCpus look() {
    isolation.settle();
    var topology = readings.topology().get();
    return new ObservedCpus(
        topology,
        slices.confinedTo(topology.cpus()),
        interrupts.all(),
        readings.freeMemory().get());
  }

  @Override
  public GuestCpus guest(LparId id, long pid, List<Long> threads) {
    var guest = GuestCgroup.of(root, id);
    isolation.tryAgain(guest);
    return looks.look(guest, QemuThreads.of(proc, pid), threads);
  }

  @Override
  public void arrange(LparId id, long pid, List<Long> threads, CpuArrangement arrangement) {
    var guest = GuestCgroup.of(root, id);
    var qemu = QemuThreads.of(proc, pid);
    if (!guest.exists() || qemu.all().isEmpty()) {
      return; // The guest has ended.
    }
    try {
      arranger.arrange(guest, qemu, threads, arrangement);
    } catch (IOException e) {
      if (guest.exists() && !qemu.all().isEmpty()) {
        throw new HostException(
            "can't arrange the CPUs of the guest " + id + ": " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void confineHost(CpuSet cpus) {
    slices.confine(cpus, readings.topology().get().cpus());
  }

  @Override
  public void steer(Map<Integer, CpuSet> wanted) {
    interrupts.steer(wanted);
  }
}
