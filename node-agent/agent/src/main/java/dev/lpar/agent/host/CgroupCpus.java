package dev.lpar.agent.host;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.plan.ObservedCpus;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.util.List;
import java.util.Map;

/** CPUs given out through cgroup v2 and thread affinity. */
public final class CgroupCpus implements Cpus {
  @Override
  public ObservedCpus look() {
    throw new UnsupportedOperationException();
  }

  @Override
  public GuestCpus guest(LparId id, long pid, List<Long> threads) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void arrange(LparId id, long pid, List<Long> threads, CpuArrangement arrangement) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void confineHost(CpuSet cpus) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void steer(Map<Integer, CpuSet> interrupts) {
    throw new UnsupportedOperationException();
  }
}
