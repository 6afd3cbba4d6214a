package dev.lpar.agent.observe;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the host has mounted, and its swap, as its first process sees them
 * (Documentation/filesystems/proc.rst, 3.5).
 */
final class Mounts {
  private static final String DEV = "/dev/";
  private static final String BTRFS = "sys/fs/btrfs/";

  /** Several devices of one file system, as bcachefs writes them. */
  private static final Pattern SEVERAL = Pattern.compile(":(?=/dev/)");

  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  /** Of the places one device is mounted at, the one that says most. */
  private static final Comparator<String> TELLING =
      Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

  private final HostFiles files;
  private final Map<String, String> byNumber = new HashMap<>();
  private final Map<String, String> byName = new HashMap<>();
  private final Set<String> swap = new HashSet<>();
  private boolean known;

  private Mounts(HostFiles files) {
    this.files = files;
  }

  static Mounts read(HostFiles files) {
    var mounts = new Mounts(files);
    var info = files.text("proc/1/mountinfo");
    mounts.known = info.isPresent();
    info.stream().flatMap(String::lines).forEach(mounts::mount);
    files.text("proc/swaps").stream()
        .flatMap(String::lines)
        .map(line -> line.split("\\s+", 2)[0])
        .filter(area -> area.startsWith(DEV))
        .forEach(area -> mounts.swap.add(mounts.blockName(area)));
    files.list(BTRFS).forEach(mounts::btrfs);
    return mounts;
  }

  /** Whether the host told it. */
  boolean known() {
    return known;
  }

  /**
   * Where a block device is mounted.
   *
   * @param name the kernel's, such as nvme0n1p1
   * @param number such as 259:1
   */
  @Nullable String at(String name, String number) {
    var point = byNumber.get(number);
    return point == null ? byName.get(name) : point;
  }

  boolean swap(String name) {
    return swap.contains(name);
  }

  /** Line of {@code 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw}. */
  private void mount(String line) {
    var halves = line.split(" - ", 2);
    var fields = halves[0].split(" ");
    var source = halves.length < 2 ? new String[0] : halves[1].split(" ");
    if (fields.length < 5 || source.length < 2) {
      return;
    }
    var point = unescaped(fields[4]);
    keep(byNumber, fields[2], point);
    if (source[1].startsWith(DEV)) {
      for (var device : SEVERAL.split(unescaped(source[1]))) {
        keep(byName, blockName(device), point);
      }
    }
  }

  /**
   * A btrfs that is mounted has all its devices here, and numbers of its own in the table of
   * mounts, which names but one of the devices.
   */
  private void btrfs(String id) {
    List<String> devices = files.list(BTRFS + id + "/devices");
    devices.stream()
        .flatMap(device -> Optional.ofNullable(byName.get(device)).stream())
        .min(TELLING)
        .ifPresent(point -> devices.forEach(device -> keep(byName, device, point)));
  }

  /** The kernel's name of what a path in /dev leads to. */
  private String blockName(String device) {
    return files
        .linkedName(device.substring(1))
        .orElse(device.substring(device.lastIndexOf('/') + 1));
  }

  private static void keep(Map<String, String> points, String key, String point) {
    points.merge(key, point, (one, other) -> TELLING.compare(one, other) <= 0 ? one : other);
  }

  /** Spaces and the like are written in octal. */
  private static String unescaped(String text) {
    return OCTAL
        .matcher(text)
        .replaceAll(
            code ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(code.group(1), 8))));
  }
}
