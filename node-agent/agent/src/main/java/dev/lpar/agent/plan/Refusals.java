package dev.lpar.agent.plan;

import dev.lpar.agent.plan.ObservedDevices.Refusal;
import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why the last step of a kind was refused, where it was.
 *
 * @param starts what systemd said, by partition
 * @param devices by function
 * @param cpus why a guest's CPUs couldn't be set up, by partition
 * @param hostCpus why the host's work couldn't be kept to its CPUs, or null
 */
public record Refusals(
    Map<LparId, String> starts,
    Map<PciAddress, Refusal> devices,
    Map<LparId, String> cpus,
    @Nullable String hostCpus) {
  public static final Refusals NONE = new Refusals(Map.of(), Map.of(), Map.of(), null);

  public Refusals {
    starts = Map.copyOf(starts);
    devices = Map.copyOf(devices);
    cpus = Map.copyOf(cpus);
  }
}
