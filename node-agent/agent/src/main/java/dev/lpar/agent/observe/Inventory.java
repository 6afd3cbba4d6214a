package dev.lpar.agent.observe;

import dev.lpar.agent.plan.PciFunction;
import dev.lpar.api.v1alpha1.BladeStatus.Topology;
import dev.lpar.api.v1alpha1.BladeStatus.Virtualization;
import dev.lpar.api.v1alpha1.CpuTopologies;
import dev.lpar.model.CpuSet;
import dev.lpar.model.MemorySize;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the blade is made of.
 *
 * @param onlineCpus CPUs the kernel schedules on
 * @param memory all the kernel manages, huge pages included
 */
public record Inventory(
    String bootId,
    Virtualization virtualization,
    Topology topology,
    CpuSet onlineCpus,
    MemorySize memory,
    List<PciFunction> devices) {

  private static final String CPUS = "sys/devices/system/cpu";
  private static final String NODES = "sys/devices/system/node";
  private static final Pattern FLAGS = Pattern.compile("(?m)^flags\\s*:(.*)$");

  /** Reads {@code sys} and {@code proc} below the root. */
  public static Inventory read(HostFiles files) {
    return read(files, new PciIds(files));
  }

  static Inventory read(HostFiles files, PciIds names) {
    var online = CpuSet.parse(files.text(CPUS + "/online").orElse(""));
    return new Inventory(
        bootId(files),
        virtualization(files),
        topology(files),
        online,
        meminfo(files.text("proc/meminfo"), "MemTotal"),
        PciDevices.read(files, names));
  }

  public static String bootId(HostFiles files) {
    return files
        .text("proc/sys/kernel/random/boot_id")
        .orElseThrow(() -> new IllegalStateException("no boot id below " + files.root()));
  }

  /** What the kernel can give out without swapping (Documentation/filesystems/proc.rst). */
  public static MemorySize availableMemory(HostFiles files) {
    return meminfo(files.text("proc/meminfo"), "MemAvailable");
  }

  private static Virtualization virtualization(HostFiles files) {
    var flags =
        files
            .text("proc/cpuinfo")
            .map(FLAGS::matcher)
            .filter(Matcher::find)
            .map(matcher -> List.of(matcher.group(1).strip().split("\\s+")))
            .orElse(List.of());
    var isa = flags.contains("vmx") ? "VMX" : flags.contains("svm") ? "SVM" : "None";
    return new Virtualization(
        isa,
        isOn(files, "kvm_intel/parameters/ept", "kvm_amd/parameters/npt"),
        !files.list("sys/kernel/iommu_groups").isEmpty(),
        isOn(files, "kvm_intel/parameters/enable_apicv", "kvm_amd/parameters/avic"),
        null,
        null);
  }

  private static boolean isOn(HostFiles files, String... parameters) {
    return Stream.of(parameters)
        .flatMap(path -> files.text("sys/module/" + path).stream())
        .anyMatch(value -> value.equals("Y") || value.equals("1"));
  }

  /** Every NUMA node's memory; on a machine without nodes, all of it is node 0's. */
  private static Topology topology(HostFiles files) {
    var memory = new TreeMap<Integer, MemorySize>();
    CpuSet.parse(files.text(NODES + "/online").orElse("0")).stream()
        .forEach(
            node ->
                memory.put(
                    node,
                    meminfo(
                        files
                            .text(NODES + "/node" + node + "/meminfo")
                            .or(() -> files.text("proc/meminfo")),
                        "MemTotal")));
    return CpuTopologies.toApi(CpuTopologyReader.read(files), memory);
  }

  /** A value of a meminfo file, in whole MiB as statuses show it. */
  private static MemorySize meminfo(Optional<String> text, String name) {
    var matcher = Pattern.compile("(?m)\\b" + name + ":\\s*([0-9]+) kB").matcher(text.orElse(""));
    return matcher.find()
        ? MemorySize.ofMebi(Long.parseLong(matcher.group(1)) >> 10)
        : MemorySize.ZERO;
  }
}
