package dev.lpar.agent.host;

import dev.lpar.agent.systemd.UnitSpec;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A kernel's cgroup v2, with the rules that matter here, on a tree of files: threaded groups,
 * effective CPUs, remote partitions. After every write it is checked that no thread is without a
 * CPU.
 */
final class FakeCgroups implements KernelFiles, Affinity {
  private static final CpuSet ANY = CpuSet.parse("0-8191");

  private final Path root;
  private final Path proc;
  private final CpuSet online;
  private final Map<Long, CpuSet> asked = new HashMap<>();
  private final Map<String, String> refused = new HashMap<>();
  private Runnable beforeWrite = () -> {};

  /** Every write, such as {@code vcpus/cpuset.cpus 1-2}, in order. */
  final List<String> writes = new ArrayList<>();

  FakeCgroups(Path sys, Path proc, CpuSet online) {
    this.root = sys.resolve("fs/cgroup");
    this.proc = proc;
    this.online = online;
    make(root);
    text(root.resolve("cgroup.subtree_control"), "cpu cpuset");
    for (var name : List.of("init.scope", "system.slice", UnitSpec.SLICE)) {
      group(root.resolve(name));
    }
    text(slice().resolve("cgroup.subtree_control"), "cpu cpuset");
    settle();
    writes.clear();
  }

  Path slice() {
    return root.resolve(UnitSpec.SLICE);
  }

  Path unit(LparId id) {
    return slice().resolve(UnitSpec.nameOf(id));
  }

  /** A unit with one process, whose first thread has the process's id. */
  void start(LparId id, long pid, List<String> threads) {
    group(unit(id));
    for (int i = 0; i < threads.size(); i++) {
      begin(id, pid, pid + i, threads.get(i), unit(id));
    }
    settle();
    writes.clear();
  }

  /** systemd makes one. */
  void group(Path folder) {
    try {
      makeFolder(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void begin(LparId id, long pid, long thread, String name, Path group) {
    var folder = proc.resolve(pid + "/task/" + thread);
    make(folder);
    text(folder.resolve("comm"), name);
    text(folder.resolve("stat"), thread + " (" + name + ") S");
    text(folder.resolve("schedstat"), thread * 1000 + " " + thread + " 7");
    add(group, thread);
  }

  void end(long pid, long thread) {
    remove(proc.resolve(pid + "/task/" + thread));
    forget(thread);
  }

  void end(LparId id, long pid) {
    remove(proc.resolve(Long.toString(pid)));
    remove(unit(id));
    settle();
  }

  /** Somebody else gives the thread an affinity. */
  void taskset(long thread, CpuSet cpus) {
    asked.put(thread, cpus);
  }

  /** A write to a file of that name fails. */
  void refuse(String file, String reason) {
    refused.put(file, reason);
  }

  void allow(String file) {
    refused.remove(file);
  }

  /** What happens in the moment before the n-th write from now on. */
  void beforeWrite(int n, Runnable what) {
    int[] left = {n};
    beforeWrite =
        () -> {
          if (--left[0] == 0) {
            what.run();
          }
        };
  }

  String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the group of this path below the root has them. */
  CpuSet effective(String group) {
    return cpus(root.resolve(group), "cpuset.cpus.effective");
  }

  @Override
  public void write(Path file, String text) throws IOException {
    beforeWrite.run();
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    var group = file.getParent();
    var name = file.getFileName().toString();
    writes.add(group.getFileName() + "/" + name + " " + text.strip());
    if (refused.containsKey(name)) {
      throw new IOException(refused.get(name));
    }
    switch (name) {
      case "cgroup.type" -> {
        text(file, text);
        text(group.resolveSibling("cgroup.type"), "domain threaded");
      }
      case "cgroup.subtree_control" -> enable(group);
      case "cgroup.threads" -> move(group, Long.parseLong(text));
      case "cpuset.cpus", "cpuset.cpus.exclusive" -> {
        checkSiblings(group, name, CpuSet.parse(text));
        text(file, text.strip());
      }
      case "cpu.max" -> {
        checkQuota(text, read(group.resolve("cpu.max.burst")));
        text(file, text);
      }
      case "cpu.max.burst" -> {
        checkQuota(read(group.resolve("cpu.max")), text);
        text(file, text);
      }
      case "cpuset.cpus.partition" -> text(file, text.equals("member") ? text : partition(group));
      default -> text(file, text);
    }
    settle();
  }

  @Override
  public void makeFolder(Path folder) throws IOException {
    beforeWrite.run();
    Files.createDirectory(folder);
    text(folder.resolve("cgroup.type"), "domain");
    text(folder.resolve("cgroup.threads"), "");
    text(folder.resolve("cgroup.subtree_control"), "");
    if (read(folder.resolveSibling("cgroup.subtree_control")).contains("cpuset")) {
      control(folder);
    }
  }

  @Override
  public CpuSet of(long thread) throws IOException {
    var group = groupOf(thread).orElseThrow(() -> new IOException("sched_getaffinity: ESRCH (3)"));
    return allowed(group, asked.getOrDefault(thread, ANY));
  }

  @Override
  public void pin(long thread, int cpu) throws IOException {
    beforeWrite.run();
    var group = groupOf(thread).orElseThrow(() -> new IOException("sched_setaffinity: ESRCH (3)"));
    if (!cpus(group, "cpuset.cpus.effective").contains(cpu)) {
      throw new IOException("sched_setaffinity(" + thread + ", {" + cpu + "}): EINVAL (22)");
    }
    asked.put(thread, CpuSet.of(cpu));
  }

  @Override
  public void clear(long thread) throws IOException {
    beforeWrite.run();
    of(thread);
    asked.remove(thread);
  }

  private void enable(Path group) throws IOException {
    for (var child : children(group)) {
      if (!read(group.resolve("cgroup.threads")).isBlank()
          && !read(child.resolve("cgroup.type")).equals("threaded")) {
        throw new IOException("Operation not supported");
      }
      control(child);
    }
    text(group.resolve("cgroup.subtree_control"), "cpu cpuset");
  }

  private void control(Path group) {
    if (Files.exists(group.resolve("cpuset.cpus"))) {
      return;
    }
    text(group.resolve("cpuset.cpus"), "");
    text(group.resolve("cpuset.cpus.exclusive"), "");
    text(group.resolve("cpuset.cpus.partition"), "member");
    text(group.resolve("cpu.max"), "max 100000");
    text(group.resolve("cpu.max.burst"), "0");
    text(group.resolve("cpu.weight"), "100");
    text(group.resolve("cpu.stat"), "usage_usec 5\nthrottled_usec 0\n");
  }

  private void move(Path group, long thread) throws IOException {
    if (!read(group.resolve("cgroup.type")).equals("threaded")) {
      throw new IOException("Operation not supported");
    }
    if (groupOf(thread).isEmpty()) {
      throw new IOException("No such process");
    }
    forget(thread);
    add(group, thread);
  }

  /** The kernel's tg_set_cfs_bandwidth. */
  private static void checkQuota(String max, String burst) throws IOException {
    if (!max.startsWith("max") && Long.parseLong(burst) > Long.parseLong(max.split(" ")[0])) {
      throw new IOException("Invalid argument");
    }
  }

  /** The kernel's validate_change: a sibling must be left a CPU, and no CPU is two groups' own. */
  private void checkSiblings(Path group, String file, CpuSet cpus) throws IOException {
    for (var sibling : children(group.getParent())) {
      if (sibling.equals(group)) {
        continue;
      }
      var own = cpus(sibling, "cpuset.cpus");
      var exclusive = cpus(sibling, "cpuset.cpus.exclusive");
      boolean bad =
          file.equals("cpuset.cpus")
              ? !exclusive.isEmpty() && cpus.minus(exclusive).isEmpty()
              : !cpus.isEmpty()
                  && (!own.isEmpty() && own.minus(cpus).isEmpty()
                      || !exclusive.minus(cpus).equals(exclusive));
      if (bad) {
        throw new IOException("Invalid argument");
      }
    }
  }

  /** A remote partition has what it and all groups above were given, and leaves the root some. */
  private String partition(Path group) {
    var wanted = cpus(group, "cpuset.cpus.exclusive");
    var given = wanted;
    for (var above = group.getParent(); !above.equals(root); above = above.getParent()) {
      given = given.minus(given.minus(cpus(above, "cpuset.cpus.exclusive")));
    }
    var left = online.minus(wanted).minus(isolatedBut(root, group));
    boolean valid = !wanted.isEmpty() && given.equals(wanted) && !left.isEmpty();
    return valid ? "isolated" : "isolated invalid (Invalid cpu list in cpuset.cpus.exclusive)";
  }

  private void settle() {
    settleBelow(root, online.minus(isolated(root)));
  }

  private CpuSet isolatedBut(Path group, Path but) {
    var state = group.resolve("cpuset.cpus.partition");
    var own =
        !group.equals(but) && Files.exists(state) && read(state).equals("isolated")
            ? cpus(group, "cpuset.cpus.exclusive")
            : CpuSet.EMPTY;
    return children(group).stream()
        .map(child -> isolatedBut(child, but))
        .reduce(own, CpuSet::union);
  }

  private CpuSet isolated(Path group) {
    var below = children(group).stream().map(this::isolated).reduce(CpuSet.EMPTY, CpuSet::union);
    var state = group.resolve("cpuset.cpus.partition");
    if (!Files.exists(state) || !read(state).equals("isolated")) {
      return below;
    }
    text(state, partition(group));
    return read(state).equals("isolated")
        ? below.union(cpus(group, "cpuset.cpus.exclusive"))
        : below;
  }

  private void settleBelow(Path group, CpuSet effective) {
    text(group.resolve("cpuset.cpus.effective"), effective.toString());
    threads(group)
        .forEach(
            thread -> {
              if (allowed(group, asked.getOrDefault(thread, ANY)).isEmpty()) {
                throw new AssertionError("thread " + thread + " has no CPU");
              }
            });
    for (var child : children(group)) {
      var state = child.resolve("cpuset.cpus.partition");
      if (!Files.exists(state)) {
        settleBelow(child, effective);
      } else if (read(state).equals("isolated")) {
        settleBelow(child, cpus(child, "cpuset.cpus.exclusive"));
      } else {
        var own = cpus(child, "cpuset.cpus");
        var both = own.minus(own.minus(effective));
        settleBelow(child, both.isEmpty() ? effective : both);
      }
    }
  }

  /** Kernels since 6.2 keep what was asked for while the group has some of it. */
  private CpuSet allowed(Path group, CpuSet wanted) {
    var effective = cpus(group, "cpuset.cpus.effective");
    var both = effective.minus(effective.minus(wanted));
    return both.isEmpty() ? effective : both;
  }

  private Optional<Path> groupOf(long thread) {
    return groups().stream().filter(group -> threads(group).contains(thread)).findFirst();
  }

  private List<Path> groups() {
    var found = new TreeMap<String, Path>();
    collect(root, found);
    return List.copyOf(found.values());
  }

  private void collect(Path group, Map<String, Path> found) {
    found.put(group.toString(), group);
    children(group).forEach(child -> collect(child, found));
  }

  private List<Long> threads(Path group) {
    var file = group.resolve("cgroup.threads");
    return Files.exists(file) ? read(file).lines().map(Long::parseLong).toList() : List.of();
  }

  private void add(Path group, long thread) {
    var threads = new ArrayList<>(threads(group));
    threads.add(thread);
    text(group.resolve("cgroup.threads"), lines(threads));
  }

  private void forget(long thread) {
    groupOf(thread)
        .ifPresent(
            group ->
                text(
                    group.resolve("cgroup.threads"),
                    lines(threads(group).stream().filter(other -> other != thread).toList())));
  }

  private static String lines(List<Long> threads) {
    return String.join("", threads.stream().map(thread -> thread + "\n").toList());
  }

  private CpuSet cpus(Path group, String file) {
    var path = group.resolve(file);
    return Files.exists(path) ? CpuSet.parse(read(path)) : CpuSet.EMPTY;
  }

  private static List<Path> children(Path group) {
    try (var entries = Files.list(group)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void make(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path folder) {
    try {
      FileTree.remove(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void text(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
