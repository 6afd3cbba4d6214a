package dev.lpar.agent.host;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.plan.ObservedCpus;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.util.List;
import java.util.Map;

/** The blade's CPUs, and the guests' parts of them. */
public interface Cpus {
  ObservedCpus look();

  /**
   * @param pid of QEMU; 0 when only its control groups are left to be looked at
   * @param threads of the vCPUs, in their order
   */
  GuestCpus guest(LparId id, long pid, List<Long> threads);

  /** Brings a guest's arrangement about; done again, it changes nothing. */
  void arrange(LparId id, long pid, List<Long> threads, CpuArrangement arrangement);

  /** Keeps the operating system's own slices to some CPUs; none: lets them have all. */
  void confineHost(CpuSet cpus);

  /** Has interrupts delivered to these CPUs, by their numbers. One that can't be is left. */
  void steer(Map<Integer, CpuSet> interrupts);
}
