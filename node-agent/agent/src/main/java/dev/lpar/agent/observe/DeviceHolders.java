package dev.lpar.agent.observe;

import dev.lpar.linux.BlockDevices;
import dev.lpar.linux.DeviceNumber;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who has a function's device nodes open, told by their numbers, under whatever name and in
 * whatever container. Looks at every open file of the host: it is meant for the moment before a
 * driver is to let the function go, and for saying why it doesn't.
 */
public record DeviceHolders(HostFiles files) {
  /**
   * @param path where the blade has the node, such as /dev/nvme0n1
   */
  public record Node(String path, DeviceNumber number) {}

  /**
   * @param command the process's name, as ps shows it
   * @param path what it opened, by its own name for it
   */
  public record Holder(long pid, String command, String path) {}

  /** The nodes that the function has now. */
  public List<Node> nodes(PciAddress function) {
    return DeviceNodes.of(function, files);
  }

  /** One entry for each process and path. */
  public List<Holder> of(PciAddress function) {
    var numbers = nodes(function).stream().map(Node::number).collect(Collectors.toSet());
    if (numbers.isEmpty()) {
      return List.of();
    }
    return files.list("proc").stream()
        .filter(name -> name.matches("[0-9]{1,10}"))
        .flatMap(pid -> held(pid, numbers))
        .toList();
  }

  /** The first of them, or what the kernel itself holds for the host, in words. */
  public Optional<String> inWords(PciAddress function) {
    return of(function).stream()
        .findFirst()
        .map(
            holder ->
                "the process %d (%s) has %s open"
                    .formatted(holder.pid(), holder.command(), holder.path()))
        .or(() -> heldByKernel(function));
  }

  /**
   * What is in no list of mounts, such as a member of a ZFS pool: it can't be opened exclusively.
   */
  private Optional<String> heldByKernel(PciAddress function) {
    return nodes(function).stream()
        .map(Node::path)
        .filter(DeviceHolders::exclusive)
        .findFirst()
        .map(path -> "the host's kernel has " + path + " in use");
  }

  private static boolean exclusive(String path) {
    try {
      var node = Path.of(path);
      return BlockDevices.isBlockDevice(node) && BlockDevices.inUseByHost(node);
    } catch (IOException e) {
      return false; // Gone in this moment, or without a medium.
    }
  }

  private Stream<Holder> held(String pid, Set<DeviceNumber> numbers) {
    var dir = "proc/" + pid + "/fd/";
    return files.list(dir).stream()
        .filter(fd -> number(dir + fd).filter(numbers::contains).isPresent())
        .flatMap(fd -> files.link(dir + fd).stream())
        .distinct()
        .map(
            path ->
                new Holder(
                    Long.parseLong(pid), files.text("proc/" + pid + "/comm").orElse("?"), path));
  }

  /** Sockets, pipes and the like have no path and no number. */
  private Optional<DeviceNumber> number(String fd) {
    if (!files.link(fd).orElse("").startsWith("/")) {
      return Optional.empty();
    }
    try {
      return DeviceNumber.of(files.root().resolve(fd));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
