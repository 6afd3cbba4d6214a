package dev.lpar.agent.host;

import dev.lpar.agent.systemd.UnitSpec;
import dev.lpar.model.LparId;

/**
 * A guest's control groups: that of its unit, which systemd made and has delegated, and below it
 * one for the vCPUs' threads and one for QEMU's others. Both are threaded: QEMU stays one process
 * of its unit.
 */
record GuestCgroup(LparId id, Cgroup unit) {
  static final String EMULATOR = "emulator";
  static final String VCPUS = "vcpus";

  static final String CPUS = "cpuset.cpus";
  static final String EFFECTIVE_CPUS = "cpuset.cpus.effective";
  static final String EXCLUSIVE_CPUS = "cpuset.cpus.exclusive";
  static final String PARTITION = "cpuset.cpus.partition";
  static final String MAX = "cpu.max";
  static final String BURST = "cpu.max.burst";
  static final String WEIGHT = "cpu.weight";

  static GuestCgroup of(Cgroup root, LparId id) {
    return new GuestCgroup(id, root.child(UnitSpec.SLICE).child(UnitSpec.nameOf(id)));
  }

  Cgroup emulator() {
    return unit.child(EMULATOR);
  }

  Cgroup vcpus() {
    return unit.child(VCPUS);
  }

  /** Whether the guest is there: its unit takes all of this with it when it ends. */
  boolean exists() {
    return unit.exists();
  }
}
