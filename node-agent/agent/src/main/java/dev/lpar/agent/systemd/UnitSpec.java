package dev.lpar.agent.systemd;

import dev.lpar.model.LparId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A guest's transient unit. What is the same for every guest (no capability, no new privilege, a
 * user of its own that no other unit has, only the named devices, no swap) is {@link
 * SystemdTransientUnits}' to say.
 *
 * @param id of the partition
 * @param description for people, in {@code systemctl status}
 * @param rootDirectory the laid-out QEMU, which the unit sees as its root
 * @param command absolute path in that root, and arguments
 * @param writable paths of the blade that the unit sees under the same name and may write
 * @param readable paths of the blade that the unit sees under the same name
 * @param devices device nodes it may read and write
 * @param groups numeric groups that own those nodes
 * @param lockableBytes limit of locked memory
 * @param errorLog file of the blade that takes what the program prints
 * @param stopTime from SIGTERM to SIGKILL
 */
public record UnitSpec(
    LparId id,
    String description,
    Path rootDirectory,
    List<String> command,
    List<Path> writable,
    List<Path> readable,
    List<Path> devices,
    List<Integer> groups,
    long lockableBytes,
    Path errorLog,
    Duration stopTime) {

  /** All guests share one slice, apart from pods and from the system's own services. */
  public static final String SLICE = "lpar.slice";

  private static final String PREFIX = "lpar-";
  private static final String SUFFIX = ".service";

  /** The glob that all guests' units match. */
  public static final String PATTERN = PREFIX + "*" + SUFFIX;

  public UnitSpec {
    command = List.copyOf(command);
    writable = List.copyOf(writable);
    readable = List.copyOf(readable);
    devices = List.copyOf(devices);
    groups = List.copyOf(groups);
  }

  public String name() {
    return nameOf(id);
  }

  public static String nameOf(LparId id) {
    return PREFIX + id + SUFFIX;
  }

  /** The partition whose unit has the name. */
  public static LparId idOf(String unitName) {
    return new LparId(unitName.substring(PREFIX.length(), unitName.length() - SUFFIX.length()));
  }

  /** Name of the unit's dynamic user: at most 31 characters, and of one partition alone. */
  String userName() {
    return "lp" + id.text().replace("-", "").substring(0, 29);
  }
}
