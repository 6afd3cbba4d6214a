package dev.lpar.agent.systemd;

import dev.lpar.agent.systemd.SystemdBus.AllowedDevice;
import dev.lpar.agent.systemd.SystemdBus.Bind;
import dev.lpar.agent.systemd.SystemdBus.Command;
import dev.lpar.agent.systemd.SystemdBus.EmptyFolder;
import dev.lpar.agent.systemd.SystemdBus.Property;
import dev.lpar.model.CpuSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.freedesktop.dbus.types.UInt64;
import org.freedesktop.dbus.types.Variant;

/**
 * A guest's unit in systemd's terms (systemd.exec(5), systemd.resource-control(5)). QEMU is given
 * the least that a guest needs: a user of its own, no capability, the devices named, the folders
 * named, and nothing else of the blade to see.
 */
final class UnitProperties {
  /** A guest is the last thing the kernel should kill when the blade runs out of memory. */
  private static final int OOM_SCORE = -900;

  /** systemd's own, until the guest's is known; named, the unit has a weight at all. */
  private static final int FIRST_WEIGHT = 100;

  private UnitProperties() {}

  static List<Property> of(UnitSpec unit) {
    var properties = new ArrayList<Property>();
    if (!unit.readable().isEmpty()) {
      // Sent empty it would take back BindPaths, too: systemd keeps both in one list.
      properties.add(
          new Property("BindReadOnlyPaths", new Variant<>(binds(unit.readable()), "a(ssbt)")));
    }
    Collections.addAll(
        properties,
        text("Description", unit.description()),
        text("Slice", UnitSpec.SLICE),
        text("Type", "exec"),
        new Property(
            "ExecStart",
            new Variant<>(
                List.of(new Command(unit.command().getFirst(), unit.command(), false)), "a(sasb)")),
        text("RootDirectory", unit.rootDirectory().toString()),
        flag("MountAPIVFS", true),
        // What is bound below /var gets its mount points here, not in the laid-out QEMU.
        new Property(
            "TemporaryFileSystem",
            new Variant<>(List.of(new EmptyFolder("/var", "mode=0755")), "a(ss)")),
        new Property("BindPaths", new Variant<>(binds(unit.writable()), "a(ssbt)")),
        flag("DynamicUser", true),
        text("User", unit.userName()),
        new Property(
            "SupplementaryGroups",
            new Variant<>(unit.groups().stream().map(String::valueOf).toList(), "as")),
        flag("NoNewPrivileges", true),
        number("CapabilityBoundingSet", 0),
        text("DevicePolicy", "closed"),
        deviceAllow(allowed(unit.devices())),
        number("LimitMEMLOCK", unit.lockableBytes()),
        number("MemorySwapMax", 0),
        weight(FIRST_WEIGHT),
        // The agent divides the unit's control group further; systemd leaves it alone below.
        flag("Delegate", true),
        new Property("DelegateControllers", new Variant<>(List.of("cpu", "cpuset"), "as")),
        new Property("OOMScoreAdjust", new Variant<>(OOM_SCORE)),
        text("StandardOutputFileToAppend", unit.errorLog().toString()),
        text("StandardErrorFileToAppend", unit.errorLog().toString()),
        text("KillMode", "mixed"),
        number("TimeoutStopUSec", unit.stopTime().toNanos() / 1000),
        text("Restart", "no"));
    return properties;
  }

  static Property deviceAllow(List<AllowedDevice> devices) {
    return new Property("DeviceAllow", new Variant<>(devices, "a(ss)"));
  }

  static Property weight(int weight) {
    return number("CPUWeight", weight);
  }

  /** A bit for each CPU, in bytes, the lowest CPU in the lowest bit of the first. */
  static Property allowedCpus(CpuSet cpus) {
    var bits = new BitSet();
    cpus.stream().forEach(bits::set);
    return new Property("AllowedCPUs", new Variant<>(bits.toByteArray(), "ay"));
  }

  private static List<Bind> binds(List<Path> paths) {
    return paths.stream().map(path -> new Bind(path.toString())).toList();
  }

  private static List<AllowedDevice> allowed(List<Path> nodes) {
    return nodes.stream().map(node -> new AllowedDevice(node.toString(), "rw")).toList();
  }

  private static Property text(String name, String value) {
    return new Property(name, new Variant<>(value));
  }

  private static Property flag(String name, boolean value) {
    return new Property(name, new Variant<>(value));
  }

  private static Property number(String name, long value) {
    return new Property(name, new Variant<>(new UInt64(value)));
  }
}
