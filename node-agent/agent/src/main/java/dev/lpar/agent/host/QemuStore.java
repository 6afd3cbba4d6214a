package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedHost.QemuVersions;

/** The QEMU versions on the blade. */
public interface QemuStore {
  QemuVersions versions();

  /** Copies the version of the agent's image to the blade: all of it or, when cut off, nothing. */
  void layOut(String version);

  void remove(String version);
}
