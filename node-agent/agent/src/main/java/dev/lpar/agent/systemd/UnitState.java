package dev.lpar.agent.systemd;

import java.util.Optional;

/**
 * A unit as systemd knows it.
 *
 * @param name such as {@code lpar-….service}
 * @param active the unit's ActiveState
 * @param mainPid process id on the blade, absent when nothing runs
 * @param result systemd's word for how it ended, such as {@code success}, {@code exit-code}, {@code
 *     signal}, {@code oom-kill}
 * @param exitStatus exit code or signal number of the main process, 0 while it runs
 * @param rootDirectory what the unit sees as its root directory, a path of the blade
 */
public record UnitState(
    String name,
    Active active,
    Optional<Long> mainPid,
    String result,
    int exitStatus,
    String rootDirectory) {

  /** systemd's ActiveState (org.freedesktop.systemd1(5)). */
  public enum Active {
    ACTIVE,
    RELOADING,
    INACTIVE,
    FAILED,
    ACTIVATING,
    DEACTIVATING,
    MAINTENANCE,
    REFRESHING
  }
}
