package dev.lpar.agent.systemd;

import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The transient units of guests. Every call may throw {@link IOException} when systemd can't be
 * reached; the next call connects anew.
 */
public interface TransientUnits {

  /**
   * Starts a unit and waits until its program is executed (not until it has done anything). systemd
   * itself refuses a second unit of the same name, so that two starts never make two guests.
   */
  StartOutcome start(UnitSpec unit) throws IOException;

  /** What became of a start. */
  sealed interface StartOutcome {
    record Started(UnitState state) implements StartOutcome {}

    /** A unit of that name is loaded already, running or failed. */
    record AlreadyExists() implements StartOutcome {}

    /** systemd refused the unit, or could not execute its program. */
    record Failed(String message) implements StartOutcome {}
  }

  /**
   * Stops a unit: SIGTERM, then SIGKILL after the unit's stop time. A unit that isn't there is a
   * stopped one.
   *
   * @param limit how long to wait for its end; it goes on stopping when that has passed
   */
  void stop(String unitName, Duration limit) throws IOException;

  /**
   * Says which device nodes below a folder the unit may open, now and from now on; what it may open
   * elsewhere stays. A unit that isn't there is an error.
   */
  void allow(String unitName, Path folder, List<Path> nodes) throws IOException;

  /**
   * Gives a unit its weight among the guests (cpu.weight), until it ends. A unit that isn't there
   * is an error.
   *
   * @param weight 1 to 10000
   */
  void weigh(String unitName, int weight) throws IOException;

  /**
   * Keeps all that is in a slice or scope to some CPUs, until the blade reboots. One that isn't
   * there is an error.
   *
   * @param cpus at least one: the kernel takes no empty set from what has processes
   */
  void confine(String unitName, CpuSet cpus) throws IOException;

  /** Has systemd load a kernel module ({@code modprobe@.service}); waits until it has tried. */
  void loadModule(String module) throws IOException;

  /** Forgets a unit that ended in failure. One that isn't there, or didn't fail, is left. */
  void resetFailed(String unitName) throws IOException;

  /** The guests' units that systemd knows: running, starting, stopping, or failed. */
  List<UnitState> list() throws IOException;
}
