package dev.lpar.agent.plan;

import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.model.CpuSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be told of a live guest's CPUs.
 *
 * @param pins the CPU of each vCPU, in their order; empty when they float
 * @param emulator where QEMU's own threads run
 * @param numaNode that its memory is bound to, or null
 * @param counters since the guest's start, at this look; null when they can't be told
 */
public record CpuReport(
    List<Integer> pins,
    CpuSet emulator,
    @Nullable Integer numaNode,
    Entitlement entitlement,
    @Nullable Sample counters) {
  public CpuReport {
    pins = List.copyOf(pins);
  }
}
