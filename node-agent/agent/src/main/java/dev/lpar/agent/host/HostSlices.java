package dev.lpar.agent.host;

import dev.lpar.agent.systemd.TransientUnits;
import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** All that runs on the blade and is no guest, in the groups that systemd and the kubelet made. */
final class HostSlices {
  /** systemd's. The last is the kubelet's, with its systemd driver. */
  private static final List<String> UNITS =
      List.of("init.scope", "system.slice", "user.slice", "kubepods.slice");

  /** The kubelet's, with its cgroupfs driver: systemd doesn't know it. */
  private static final String PODS = "kubepods";

  private final Cgroup root;
  private final TransientUnits units;

  HostSlices(Cgroup root, TransientUnits units) {
    this.root = root;
    this.units = units;
  }

  /**
   * The CPUs they may run on, together; none when they aren't confined at all. A group that has no
   * CPUs of its own may run on all.
   */
  CpuSet confinedTo(CpuSet online) {
    var sets = existing().stream().map(this::present).toList();
    if (sets.stream().noneMatch(set -> confines(set, online))) {
      return CpuSet.EMPTY;
    }
    return sets.stream()
        .map(set -> set.isEmpty() ? online : set)
        .reduce(CpuSet.EMPTY, CpuSet::union);
  }

  /**
   * @param cpus none: all that are online. They are named then, too, because the kernel takes no
   *     empty set for a group that has processes.
   */
  void confine(CpuSet cpus, CpuSet online) {
    for (var name : existing()) {
      var present = present(name);
      boolean asWanted = cpus.isEmpty() ? !confines(present, online) : present.equals(cpus);
      if (!asWanted) {
        confine(name, cpus.isEmpty() ? online : cpus);
      }
    }
  }

  private void confine(String name, CpuSet cpus) {
    try {
      if (name.equals(PODS)) {
        root.child(PODS).set(GuestCgroup.CPUS, cpus);
      } else {
        units.confine(name, cpus);
      }
    } catch (IOException e) {
      throw new HostException(
          "can't keep %s to the CPUs %s: %s".formatted(name, cpus, e.getMessage()), e);
    }
  }

  private static boolean confines(CpuSet present, CpuSet online) {
    return !present.isEmpty() && !online.minus(present).isEmpty();
  }

  private List<String> existing() {
    return Stream.concat(UNITS.stream(), Stream.of(PODS))
        .filter(name -> root.child(name).exists())
        .toList();
  }

  private CpuSet present(String name) {
    return root.child(name).cpus(GuestCgroup.CPUS).orElse(CpuSet.EMPTY);
  }
}
