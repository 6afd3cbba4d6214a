package dev.lpar.agent.observe;

import dev.lpar.agent.observe.HostUse.Reason;
import dev.lpar.model.PciAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the host does with block devices: those of a function, whatever lies between (SATA, SAS,
 * USB, Fibre Channel), their partitions, and what is built on them (RAID, LVM, multipath).
 */
final class BlockUse {
  private static final String BLOCK = "sys/class/block/";
  private static final Pattern SUBSYSTEM =
      Pattern.compile(".*/(nvme-subsystem/nvme-subsys[0-9]+)/.*");

  /** What comes first is what would hurt most. */
  private enum Weight {
    ROOT,
    MOUNTED,
    SWAP,
    MEMBER,
    UNKNOWN
  }

  private record Use(Weight weight, String words) {}

  private record Needed(List<PciAddress> functions, Use use) {}

  private final HostFiles files;
  private final Mounts mounts;
  private final Map<String, List<PciAddress>> subsystems = new HashMap<>();

  private BlockUse(HostFiles files) {
    this.files = files;
    this.mounts = Mounts.read(files);
  }

  /** The heaviest first. */
  static List<Reason> read(HostFiles files) {
    var blocks = new BlockUse(files);
    return files.list(BLOCK).stream()
        .flatMap(name -> blocks.needed(name).stream())
        .sorted(Comparator.comparing(needed -> needed.use().weight()))
        .map(needed -> new Reason(needed.functions(), needed.use().words()))
        .toList();
  }

  private Optional<Needed> needed(String name) {
    var functions = functions(files.link(BLOCK + name).orElse(""));
    if (functions.isEmpty()) {
      return Optional.empty();
    }
    return Optional.ofNullable(use(name, name, new HashSet<>()))
        .or(() -> mounts.known() ? Optional.empty() : Optional.of(unknown(name)))
        .map(use -> new Needed(functions, use));
  }

  /**
   * The functions that a block device hangs on. That of an NVMe namespace reachable over several
   * controllers (NVMe multipath) is below none of them, but below their subsystem.
   */
  private List<PciAddress> functions(String path) {
    var subsystem = SUBSYSTEM.matcher(path);
    return subsystem.matches()
        ? subsystems.computeIfAbsent(subsystem.group(1), this::controllers)
        : PciPath.of(path).functions();
  }

  private List<PciAddress> controllers(String subsystem) {
    var dir = "sys/devices/virtual/" + subsystem + "/";
    return files.list(dir).stream()
        .flatMap(name -> files.link(dir + name).stream())
        .flatMap(controller -> PciPath.of(controller).functions().stream())
        .distinct()
        .toList();
  }

  /**
   * @param name of the function's block device or of what is built on it
   * @param below the function's block device
   * @return null when nothing uses it
   */
  private @Nullable Use use(String name, String below, Set<String> seen) {
    if (!seen.add(name)) {
      return null;
    }
    var on = name.equals(below) ? name : label(name) + ", which uses " + below;
    var point = mounts.at(name, files.text(BLOCK + name + "/dev").orElse(""));
    if (point != null) {
      return new Use(
          point.equals("/") ? Weight.ROOT : Weight.MOUNTED, point + " is mounted from " + on);
    }
    if (mounts.swap(name)) {
      return new Use(Weight.SWAP, "swap is on " + on);
    }
    var holders = files.list(BLOCK + name + "/holders");
    return holders.stream()
        .flatMap(holder -> Stream.ofNullable(use(holder, below, seen)))
        .min(Comparator.comparing(Use::weight))
        .or(() -> holders.stream().findFirst().map(holder -> member(below, holder)))
        .orElse(null);
  }

  private Use member(String below, String holder) {
    return new Use(Weight.MEMBER, below + " is part of " + label(holder));
  }

  /** What isn't known to be free is not given away. */
  private static Use unknown(String below) {
    return new Use(
        Weight.UNKNOWN,
        "whether " + below + " is mounted isn't known: /proc/1/mountinfo can't be read");
  }

  /** A device-mapper device by its own name, and whose it is by the prefix of its UUID. */
  private String label(String name) {
    var mapper = BLOCK + name + "/dm/";
    var uuid = files.text(mapper + "uuid").orElse("");
    var kind =
        Stream.of("LVM", "mpath", "CRYPT")
            .filter(prefix -> uuid.startsWith(prefix + "-"))
            .findFirst()
            .map(Map.of("LVM", "LVM", "mpath", "multipath", "CRYPT", "encrypted")::get);
    var label = files.text(mapper + "name").orElse(name);
    return kind.map(word -> label + " (" + word + ")").orElse(label);
  }
}
