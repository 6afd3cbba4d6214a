package dev.lpar.agent.observe;

import dev.lpar.linux.DeviceNumber;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The device nodes through which a function is used. */
final class DeviceNodes {
  private static final String SUBSYSTEMS = "sys/devices/virtual/nvme-subsystem/";

  private final HostFiles files;
  private final List<DeviceHolders.Node> nodes = new ArrayList<>();

  private DeviceNodes(HostFiles files) {
    this.files = files;
  }

  /**
   * All below its folder in sysfs: disks and partitions, controllers, terminals, displays; the
   * namespaces of its NVMe subsystem; and its VFIO group.
   */
  static List<DeviceHolders.Node> of(PciAddress function, HostFiles files) {
    var nodes = new DeviceNodes(files);
    var dir = "sys/bus/pci/devices/" + function;
    nodes.walk(dir);
    nodes.subsystems(function).forEach(nodes::walk);
    files
        .linkedName(dir + "/iommu_group")
        .ifPresent(
            group -> {
              nodes.walk("sys/class/vfio/" + group);
              nodes.walk("sys/class/vfio/noiommu-" + group);
            });
    return List.copyOf(nodes.nodes);
  }

  private Stream<String> subsystems(PciAddress function) {
    return files.list(SUBSYSTEMS).stream()
        .map(name -> SUBSYSTEMS + name)
        .filter(
            dir ->
                files.list(dir).stream()
                    .flatMap(name -> files.link(dir + "/" + name).stream())
                    .anyMatch(path -> PciPath.of(path).functions().contains(function)));
  }

  /** Links within the folder aren't followed: they lead to other devices. */
  private void walk(String folder) {
    try {
      Files.walkFileTree(
          files.root().resolve(folder).toRealPath(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              var dir = file.getParent();
              if (dir != null && file.endsWith("dev") && attributes.isRegularFile()) {
                node(dir).ifPresent(nodes::add);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException gone) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      return;
    }
  }

  /** Of a folder of sysfs that has a number: a block device's, or else a character device's. */
  private Optional<DeviceHolders.Node> node(Path dir) {
    var path = dir.toString() + "/";
    boolean block = files.linkedName(path + "subsystem").orElse("").equals("block");
    var name =
        files.text(path + "uevent").stream()
            .flatMap(String::lines)
            .filter(line -> line.startsWith("DEVNAME="))
            .map(line -> line.substring("DEVNAME=".length()))
            .findFirst()
            .orElse(dir.getFileName().toString());
    return files
        .text(path + "dev")
        .flatMap(number -> DeviceNumber.parse(block, number))
        .map(number -> new DeviceHolders.Node("/dev/" + name, number));
  }
}
