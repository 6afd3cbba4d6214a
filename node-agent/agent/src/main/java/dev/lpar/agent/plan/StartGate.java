package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.StartGuest;
import dev.lpar.agent.plan.ObservedPartition.BootFile;
import dev.lpar.agent.plan.ObservedPartition.DiskProbe;
import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.agent.plan.ObservedPartition.StartConditions;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.StartGate.Admission.Granted;
import dev.lpar.agent.plan.StartGate.Admission.NotYet;
import dev.lpar.agent.plan.StartGate.Admission.Refused;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Boot;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets guests start or refuses them, and keeps account of what it has given away within one plan,
 * so that two starts of one plan never count on the same memory or disk.
 */
final class StartGate {

  /** The answer to one start. */
  sealed interface Admission {
    record Granted(StartGuest start, List<BlockDeviceId> devices) implements Admission {}

    record Refused(Situation why, String message) implements Admission {}

    /** What stands against it is about to pass. */
    record NotYet(String message) implements Admission {}
  }

  private record Holder(LparId id, String name) {}

  private final ObservedHost host;
  private final Map<Pages, MemorySize> free = new EnumMap<>(Pages.class);
  private final Map<Integer, Map<Pages, MemorySize>> freeOnNode = new HashMap<>();
  private final Map<BlockDeviceId, Holder> held = new HashMap<>();
  private boolean othersStarting;

  /**
   * @param wanted the partitions that stay: while off, too, each keeps the disks it was last
   *     started with
   */
  StartGate(ObservedHost host, Map<LparId, PartitionIntent> wanted) {
    this.host = host;
    free.put(Pages.SIZE_4KI, host.availableMemory());
    host.hugePages()
        .forEach((size, pool) -> free.put(size, new MemorySize(pool.free() * size.bytes())));
    host.cpus().freeMemory().forEach((node, sizes) -> freeOnNode.put(node, new HashMap<>(sizes)));
    for (var partition : host.partitions()) {
      var record = partition.record();
      boolean live =
          partition.unit() instanceof Unit.Live || partition.unit() instanceof Unit.Ending;
      if (record == null || !live && !reserves(record, wanted.get(record.id()))) {
        continue;
      }
      var name = record.activated() == null ? record.id().text() : record.activated().displayName();
      record.devices().forEach(device -> held.put(device, new Holder(record.id(), name)));
      if (live && record.activated() != null && !(partition.guest() instanceof Guest.Answering)) {
        // Its memory may not be allocated yet, and so still be counted as free.
        take(record.activated(), record.place().numaNode());
      }
    }
  }

  private static boolean reserves(PartitionRecord record, @Nullable PartitionIntent wanted) {
    return wanted != null
        && record.activated() != null
        && record.activated().disks().equals(wanted.disks());
  }

  private void take(PartitionIntent intent, @Nullable Integer node) {
    othersStarting = true;
    free.computeIfPresent(intent.pages(), (_, size) -> size.minusOrZero(intent.memory()));
    var sizes = node == null ? null : freeOnNode.get(node);
    if (sizes != null) {
      sizes.computeIfPresent(intent.pages(), (_, size) -> size.minusOrZero(intent.memory()));
    }
  }

  /** That node, if the memory fits there. */
  private @Nullable Integer fitting(PartitionIntent intent, @Nullable Integer node) {
    var sizes = node == null ? null : freeOnNode.get(node);
    var memory = sizes == null ? null : sizes.get(intent.pages());
    return memory != null && memory.compareTo(intent.memory()) >= 0 ? node : null;
  }

  /**
   * @param homeNode NUMA node that the guest's memory would be on, or null
   */
  Admission admit(PartitionIntent intent, StartConditions conditions, @Nullable Integer homeNode) {
    if (host.kvmMissing() != null) {
      return new Refused(Situation.VIRTUALIZATION_UNAVAILABLE, host.kvmMissing());
    }
    var bootFiles = new HashMap<String, String>();
    for (BootFile file : conditions.bootFiles()) {
      if (file.hostPath() == null) {
        return new Refused(
            Situation.BOOT_FILE_MISSING, file.path() + " isn't a file on this blade");
      }
      bootFiles.put(file.path(), file.hostPath());
    }
    var paths = new ArrayList<String>();
    var devices = new ArrayList<BlockDeviceId>();
    for (int i = 0; i < intent.disks().size(); i++) {
      var disk = intent.disks().get(i);
      switch (conditions.disks().get(i)) {
        case DiskProbe.Usable(var path, var device) -> {
          var holder = holder(device, intent.id());
          if (holder != null) {
            return new Refused(
                Situation.DISK_IN_USE_BY_PARTITION,
                about(disk) + " is in use by the partition " + holder.name());
          }
          if (devices.stream().anyMatch(device::overlaps)) {
            return new Refused(
                Situation.DISK_IN_USE_BY_PARTITION,
                about(disk) + " is the same device as another disk of this partition");
          }
          paths.add(path);
          devices.add(device);
        }
        case DiskProbe.Missing() -> {
          return new Refused(Situation.DISK_MISSING, about(disk) + " doesn't exist");
        }
        case DiskProbe.NotBlockDevice(var what) -> {
          return new Refused(
              Situation.DISK_NOT_BLOCK_DEVICE,
              about(disk) + " is " + what + "; a disk must be a block device");
        }
        case DiskProbe.HeldByHost(var path) -> {
          return new Refused(
              Situation.DISK_IN_USE_BY_HOST,
              about(disk)
                  + " is in use by the blade itself (mounted, swap, RAID, LVM or the like): "
                  + path);
        }
      }
    }
    var available = free.getOrDefault(intent.pages(), MemorySize.ZERO);
    if (available.compareTo(intent.memory()) < 0) {
      return lackOfMemory(intent, available);
    }
    if (!host.qemu().laidOut().contains(host.qemu().current())) {
      return new NotYet("QEMU is being laid out on the blade");
    }
    var node = fitting(intent, homeNode);
    take(intent, node);
    devices.forEach(device -> held.put(device, new Holder(intent.id(), intent.displayName())));
    var direct = intent.boot() instanceof Boot.Direct boot ? boot : null;
    return new Granted(
        new StartGuest(
            intent,
            host.qemu().current(),
            paths,
            direct == null ? null : bootFiles.get(direct.kernel()),
            direct == null || direct.initrd() == null ? null : bootFiles.get(direct.initrd()),
            node),
        devices);
  }

  private Admission lackOfMemory(PartitionIntent intent, MemorySize available) {
    if (othersStarting) {
      return new NotYet("waits for memory while other partitions start");
    }
    var pages =
        switch (intent.pages()) {
          case SIZE_4KI -> "";
          case SIZE_2MI -> " in 2Mi pages";
          case SIZE_1GI -> " in 1Gi pages";
        };
    return new Refused(
        Situation.MEMORY_UNAVAILABLE,
        "needs %s%s, the blade has %s free".formatted(intent.memory(), pages, available));
  }

  private @Nullable Holder holder(BlockDeviceId device, LparId asking) {
    return held.entrySet().stream()
        .filter(entry -> entry.getKey().overlaps(device))
        .map(Map.Entry::getValue)
        .filter(holder -> !Objects.equals(holder.id(), asking))
        .findFirst()
        .orElse(null);
  }

  private static String about(PartitionIntent.DiskIntent disk) {
    return "disk " + disk.name() + " (" + disk.blockDevice() + ")";
  }
}
