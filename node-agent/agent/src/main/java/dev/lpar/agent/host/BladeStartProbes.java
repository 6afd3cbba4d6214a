package dev.lpar.agent.host;

import dev.lpar.agent.plan.BlockDeviceId;
import dev.lpar.agent.plan.ObservedPartition.BootFile;
import dev.lpar.agent.plan.ObservedPartition.DiskProbe;
import dev.lpar.agent.plan.ObservedPartition.StartConditions;
import dev.lpar.linux.BlockDevices;
import dev.lpar.linux.HostRoot;
import dev.lpar.linux.SyscallException;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Boot;
import dev.lpar.model.PartitionIntent.DiskIntent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/** Boot files and disks by the blade's own paths. */
public final class BladeStartProbes implements StartProbes {
  private final HostRoot root;

  /**
   * @param root the blade's root directory as this process sees it
   */
  public BladeStartProbes(HostRoot root) {
    this.root = root;
  }

  @Override
  public StartConditions conditions(PartitionIntent intent) {
    var files = new ArrayList<BootFile>();
    if (intent.boot() instanceof Boot.Direct(var kernel, var initrd, _)) {
      files.add(bootFile(kernel));
      if (initrd != null) {
        files.add(bootFile(initrd));
      }
    }
    return new StartConditions(files, intent.disks().stream().map(this::disk).toList());
  }

  private BootFile bootFile(String path) {
    try {
      return root.follow(path)
          .filter(target -> Files.isRegularFile(target.seenAt()))
          .map(target -> new BootFile(path, target.hostPath().toString()))
          .orElseGet(() -> new BootFile(path, null));
    } catch (IOException e) {
      return new BootFile(path, null);
    }
  }

  private DiskProbe disk(DiskIntent disk) {
    try {
      var found = root.follow(disk.blockDevice());
      if (found.isEmpty()) {
        return new DiskProbe.Missing();
      }
      var node = found.get().seenAt();
      var hostPath = found.get().hostPath().toString();
      if (!BlockDevices.isBlockDevice(node)) {
        return new DiskProbe.NotBlockDevice(kind(node));
      }
      return BlockDevices.inUseByHost(node)
          ? new DiskProbe.HeldByHost(hostPath)
          : new DiskProbe.Usable(hostPath, identify(node));
    } catch (SyscallException e) {
      // A node without a device behind it (ENXIO), a drive without a medium, a loop of links.
      return new DiskProbe.Missing();
    } catch (IOException e) {
      throw new HostException("can't look at " + disk.blockDevice() + ": " + e.getMessage(), e);
    }
  }

  private static String kind(Path path) {
    if (Files.isRegularFile(path)) {
      return "a regular file";
    }
    return Files.isDirectory(path) ? "a directory" : "neither a file nor a block device";
  }

  /** Linux splits a device number as in makedev(3). */
  private BlockDeviceId identify(Path node) throws IOException {
    long device = BlockDevices.number(node);
    long major = (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
    long minor = (device & 0xff) | (device >>> 12 & ~0xffL);
    var number = major + ":" + minor;
    var sysfs = root.directory().resolve("sys/dev/block").resolve(number).toRealPath();
    boolean partition = Files.exists(sysfs.resolve("partition"));
    return new BlockDeviceId(
        number, partition ? Files.readString(sysfs.resolveSibling("dev")).strip() : number);
  }
}
