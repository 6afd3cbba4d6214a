package dev.lpar.agent.host;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.lpar.agent.plan.HostStep.StartGuest;
import dev.lpar.agent.systemd.UnitSpec;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Boot;
import dev.lpar.qemu.args.GuestConfig;
import dev.lpar.qemu.args.GuestConfig.Firmware;
import dev.lpar.qemu.args.QemuCommandLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;

/**
 * Makes a guest's files and describes its unit. QEMU runs as a user of its own that no file is
 * owned by: what it may write belongs to the group of /dev/kvm.
 */
public final class GuestPreparation {
  /**
   * Where the guests' files are, the same on the blade and in the agent's container.
   *
   * @param run a directory per running guest
   * @param durable a directory per partition
   * @param qemu a directory per version
   * @param vfio a node per IOMMU group whose functions vfio-pci has
   */
  public record Places(Path run, Path durable, Path qemu, Path kvm, Path vfio) {
    /** On every blade. */
    public static final Places BLADE =
        new Places(
            Path.of("/run/lpar"),
            Path.of("/var/lib/lpar/partitions"),
            Path.of("/var/lib/lpar/qemu"),
            Path.of("/dev/kvm"),
            Path.of("/dev/vfio"));

    /** A directory per trace of VM exits. */
    public Path traces() {
      return durable.resolveSibling("traces");
    }

    /** A file for each PCI function that was taken from its driver in this boot. */
    public Path heldDevices() {
      return run.resolve("devices");
    }
  }

  /**
   * Locked memory is limited by the size of the whole address space, of which the guest's memory is
   * only a part; what isn't touched isn't locked.
   */
  private static final long ADDRESS_SPACE_BESIDE_MEMORY = 4L << 30;

  /** What VFIO locks beside the guest's memory: firmware, option ROMs, video memory. */
  private static final long FIRMWARE = 256L << 20;

  private static final String VARIABLES = "vars.fd";
  private static final String ERROR_LOG = "qemu.log";

  /** Most of QEMU's last words that are told. */
  private static final int WORDS = 400;

  private final Places places;
  private final boolean topologyExtensions;

  /**
   * @param topologyExtensions whether the blade's processors have AMD's topology extensions
   */
  public GuestPreparation(Places places, boolean topologyExtensions) {
    this.places = places;
    this.topologyExtensions = topologyExtensions;
  }

  Path runDirectory(LparId id) {
    return places.run().resolve(id.text());
  }

  private Path durable(LparId id) {
    return places.durable().resolve(id.text());
  }

  /** Makes what the unit needs and isn't there. */
  UnitSpec prepare(StartGuest order) throws IOException {
    var intent = order.intent();
    var id = intent.id();
    int group = group(places.kvm());
    var run = runDirectory(id);
    Files.createDirectories(run);
    give(run, group, "rwxrwx---");
    Files.createDirectories(durable(id));
    Files.deleteIfExists(durable(id).resolve(ERROR_LOG));
    var writable = new ArrayList<>(List.of(run));
    if (intent.boot() instanceof Boot.Uefi) {
      writable.add(variables(order, group));
    }
    var readable = new ArrayList<Path>();
    if (intent.boot() instanceof Boot.Direct) {
      readable.add(Path.of(kernel(order)));
      if (order.initrd() != null) {
        readable.add(Path.of(order.initrd()));
      }
    }
    var devices = new ArrayList<>(List.of(places.kvm()));
    order.disks().forEach(disk -> devices.add(Path.of(disk)));
    var groups = new LinkedHashSet<Integer>();
    for (var device : devices) {
      groups.add(group(device));
    }
    return new UnitSpec(
        id,
        "Logical partition " + intent.displayName(),
        places.qemu().resolve(order.qemuVersion()),
        QemuCommandLine.of(config(order)),
        writable,
        readable,
        devices,
        List.copyOf(groups),
        lockable(intent),
        durable(id).resolve(ERROR_LOG),
        SystemdGuests.STOP_TIME);
  }

  /**
   * Limit of locked memory. The kernel counts pages that a process locks and pages that VFIO pins
   * for it apart, also where they are the same: the guest's memory counts once for each. (A device
   * may come at any time.) Huge pages aren't locked by the process.
   */
  static long lockable(PartitionIntent intent) {
    long pinned = intent.memory().bytes() + FIRMWARE;
    return intent.pages() == PartitionIntent.Pages.SIZE_4KI
        ? pinned + intent.memory().bytes() + ADDRESS_SPACE_BESIDE_MEMORY
        : pinned;
  }

  private GuestConfig config(StartGuest order) {
    var intent = order.intent();
    var disks = new ArrayList<GuestConfig.Disk>();
    for (int i = 0; i < order.disks().size(); i++) {
      var disk = intent.disks().get(i);
      disks.add(new GuestConfig.Disk(disk.name(), order.disks().get(i), disk.bootIndex()));
    }
    return new GuestConfig(
        intent.displayName(),
        processors(intent.cpu()),
        new GuestConfig.Memory(intent.memory().bytes(), pages(intent.pages()), order.numaNode()),
        firmware(order),
        disks,
        intent.identity().uuid(),
        intent.identity().serialNumber(),
        runDirectory(intent.id()).toString());
  }

  private GuestConfig.Processors processors(PartitionIntent.Processors processors) {
    return switch (processors) {
      case PartitionIntent.Processors.Shared(var vcpus, _, _) ->
          new GuestConfig.Processors.Shared(vcpus);
      case PartitionIntent.Processors.Dedicated(var vcpus, var threadsPerCore) ->
          new GuestConfig.Processors.Dedicated(vcpus, threadsPerCore, topologyExtensions);
    };
  }

  private static GuestConfig.Pages pages(PartitionIntent.Pages pages) {
    return switch (pages) {
      case SIZE_4KI -> GuestConfig.Pages.SIZE_4KI;
      case SIZE_2MI -> GuestConfig.Pages.SIZE_2MI;
      case SIZE_1GI -> GuestConfig.Pages.SIZE_1GI;
    };
  }

  private Firmware firmware(StartGuest order) {
    return switch (order.intent().boot()) {
      case Boot.Bios() -> new Firmware.Bios();
      case Boot.Uefi() ->
          new Firmware.Uefi(durable(order.partition()).resolve(VARIABLES).toString());
      case Boot.Direct(_, _, var commandLine) ->
          new Firmware.Direct(kernel(order), order.initrd(), commandLine);
    };
  }

  private static String kernel(StartGuest order) {
    return Objects.requireNonNull(order.kernel(), "Direct boot is planned with a kernel");
  }

  /** The partition's UEFI variables, at its first start those of a new machine. */
  private Path variables(StartGuest order, int group) throws IOException {
    var variables = durable(order.partition()).resolve(VARIABLES);
    if (!Files.exists(variables)) {
      var template =
          places
              .qemu()
              .resolve(order.qemuVersion())
              .resolve(Firmware.Uefi.VARIABLES_TEMPLATE.substring(1));
      var part = variables.resolveSibling(VARIABLES + ".part");
      Files.copy(template, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, variables, StandardCopyOption.ATOMIC_MOVE);
    }
    give(variables, group, "rw-rw----");
    return variables;
  }

  /**
   * Gives the nodes of IOMMU groups to the user of a process.
   *
   * @return the nodes, with the one that all guests with devices open
   */
  List<Path> giveGroups(long pid, List<Integer> groups) throws IOException {
    var nodes = new ArrayList<Path>();
    if (!groups.isEmpty()) {
      nodes.add(places.vfio().resolve("vfio"));
    }
    var user = Files.getAttribute(Path.of("/proc", Long.toString(pid)), "unix:uid");
    for (var group : groups) {
      var node = places.vfio().resolve(group.toString());
      Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("rw-------"));
      Files.setAttribute(node, "unix:uid", user, NOFOLLOW_LINKS);
      nodes.add(node);
    }
    return nodes;
  }

  /** Below which the nodes are that a guest may open only while it has devices. */
  Path groupNodes() {
    return places.vfio();
  }

  private static int group(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:gid");
  }

  private static void give(Path path, int group, String permissions) throws IOException {
    Files.setAttribute(path, "unix:gid", group, NOFOLLOW_LINKS);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  /** What QEMU printed last, as the end of a sentence; empty when it printed nothing. */
  String lastWords(LparId id) {
    try {
      var text = Files.readString(durable(id).resolve(ERROR_LOG)).strip();
      var last = text.substring(text.lastIndexOf('\n') + 1);
      var words = last.length() <= WORDS ? last : last.substring(0, WORDS) + "…";
      return words.isEmpty() ? "" : ": " + words;
    } catch (IOException e) {
      return "";
    }
  }
}
