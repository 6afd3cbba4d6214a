package dev.lpar.agent.report;

import dev.lpar.agent.observe.Inventory;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedHost;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.plan.Situation;
import dev.lpar.api.v1alpha1.BladeSpec;
import dev.lpar.api.v1alpha1.BladeStatus;
import dev.lpar.api.v1alpha1.BladeStatus.Resources;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.VmExits;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Processors;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the Blade's status from what was observed and planned. Values to values. */
public final class StatusComposer {
  private static final MemorySize MOST_RESERVED = MemorySize.parse("1Gi");

  /**
   * What a status is made from.
   *
   * @param generation of the Blade's spec that was acted on
   */
  public record Sources(
      String agentVersion,
      @Nullable Long generation,
      @Nullable BladeSpec spec,
      Desired desired,
      Inventory inventory,
      ObservedHost host,
      HostPlan plan) {
    public List<PartitionReport> reports() {
      return plan.reports();
    }
  }

  private StatusComposer() {}

  /** The conditions come without their times, which depends on what is in the cluster. */
  public static BladeStatus compose(Sources from) {
    var inventory = from.inventory();
    var reserved = hostReserved(from);
    return new BladeStatus(
        from.generation(),
        from.agentVersion(),
        inventory.bootId(),
        ExitStatuses.virtualization(inventory.virtualization(), from.host().exits()),
        inventory.topology(),
        cpuSets(from.plan().cpus()),
        from.plan().cpus().sharedMinimum(),
        new Resources(reserved.cpus(), reserved.memory().toString(), null, null, null, null, null),
        allocatable(inventory, from.host(), reserved),
        from.desired() instanceof Desired.Known(var partitions, _, _, _, _)
            ? allocated(partitions, from.plan().cpus().shared().size())
            : null,
        DeviceStatuses.of(from.host().devices(), from.desired()),
        from.reports().stream()
            .map(
                report ->
                    partition(
                        report,
                        ExitStatuses.of(
                            from.host().exits().guests().get(report.id()),
                            report,
                            inventory.virtualization())))
            .toList(),
        TraceStatuses.of(from.plan().traces()),
        Stream.concat(Stream.of(ready(from)), hugePages(from).stream()).toList());
  }

  private record Reserved(int cpus, MemorySize memory) {}

  private static Reserved hostReserved(Sources from) {
    var spec = from.spec();
    var inventory = from.inventory();
    var asked = spec == null ? null : spec.hostReserved();
    var half = MemorySize.ofMebi(inventory.memory().bytes() >> 21);
    var memory =
        asked != null && asked.memory() != null
            ? MemorySize.parse(asked.memory())
            : half.compareTo(MOST_RESERVED) < 0 ? half : MOST_RESERVED;
    var cpus =
        new CpuReserve(asked == null ? null : asked.cpus(), null)
            .hostCpus(from.host().cpus().topology());
    return new Reserved(cpus, memory);
  }

  private static Resources allocatable(Inventory inventory, ObservedHost host, Reserved reserved) {
    var memory = inventory.memory().minusOrZero(reserved.memory());
    var huge = new TreeMap<String, String>();
    for (var pool : host.hugePages().entrySet()) {
      var size = new MemorySize(pool.getValue().total() * pool.getKey().bytes());
      memory = memory.minusOrZero(size);
      if (pool.getValue().total() > 0) {
        huge.put(name(pool.getKey()), size.toString());
      }
    }
    return new Resources(
        Math.max(0, inventory.onlineCpus().size() - reserved.cpus()),
        memory.toString(),
        huge,
        100,
        null,
        null,
        null);
  }

  private static BladeStatus.CpuSets cpuSets(HostPlan.CpuSets sets) {
    return new BladeStatus.CpuSets(
        sets.host().toString(), sets.dedicated().toString(), sets.shared().toString());
  }

  private static Resources allocated(List<PartitionIntent> partitions, int sharedCpus) {
    int cpus = 0;
    int sharedVcpus = 0;
    int ratio = 0;
    var memory = MemorySize.ZERO;
    Map<String, MemorySize> huge = new TreeMap<>();
    for (var partition : partitions) {
      switch (partition.cpu()) {
        case Processors.Dedicated(var vcpus, _) -> cpus += vcpus;
        case Processors.Shared(var vcpus, var serviceRatio, _) -> {
          sharedVcpus += vcpus;
          ratio += serviceRatio;
        }
      }
      if (partition.pages() == Pages.SIZE_4KI) {
        memory = memory.plus(partition.memory());
      } else {
        huge.merge(name(partition.pages()), partition.memory(), MemorySize::plus);
      }
    }
    var hugeText = new TreeMap<String, String>();
    huge.forEach((size, sum) -> hugeText.put(size, sum.toString()));
    return new Resources(
        cpus,
        memory.toString(),
        hugeText,
        ratio,
        sharedVcpus,
        sharedCpus == 0 ? null : CpuStatuses.decimals(2, (double) sharedVcpus / sharedCpus),
        partitions.size());
  }

  private static String name(Pages pages) {
    return switch (pages) {
      case SIZE_4KI -> "4Ki";
      case SIZE_2MI -> "2Mi";
      case SIZE_1GI -> "1Gi";
    };
  }

  private static Condition ready(Sources from) {
    var missing = from.host().kvmMissing();
    return new ConditionBuilder()
        .withType("Ready")
        .withStatus(missing == null ? "True" : "False")
        .withReason(missing == null ? "AgentRunning" : "VirtualizationUnavailable")
        .withMessage(missing == null ? "The agent is alive and the blade has KVM." : missing)
        .withObservedGeneration(from.generation())
        .build();
  }

  /** Where huge pages are asked for: whether the kernel gave them. */
  private static Optional<Condition> hugePages(Sources from) {
    if (!(from.desired() instanceof Desired.Known(_, var wanted, _, _, _)) || wanted.isEmpty()) {
      return Optional.empty();
    }
    var lacking = new ArrayList<String>();
    new TreeMap<>(wanted)
        .forEach(
            (size, memory) -> {
              var pool = from.host().hugePages().get(size);
              long asked = memory.bytes() / size.bytes();
              if (pool == null) {
                lacking.add("the blade's kernel has no pages of " + name(size));
              } else if (pool.total() < asked) {
                lacking.add(pool.total() + " of " + asked + " pages of " + name(size));
              }
            });
    return Optional.of(
        new ConditionBuilder()
            .withType("HugePagesReserved")
            .withStatus(lacking.isEmpty() ? "True" : "False")
            .withReason(lacking.isEmpty() ? "AsAsked" : "MemoryLacking")
            .withMessage(
                lacking.isEmpty()
                    ? "The kernel set aside what spec.hugePages asks for."
                    : String.join(", ", lacking)
                        + ": free memory there, or set them aside while the blade boots"
                        + " (kernel parameters hugepagesz=, hugepages=)")
            .withObservedGeneration(from.generation())
            .build());
  }

  private static PartitionStatus partition(PartitionReport report, @Nullable VmExits exits) {
    var intent = report.intent();
    return new PartitionStatus(
        report.id().text(),
        intent == null ? null : intent.namespace(),
        intent == null ? null : intent.name(),
        intent == null ? null : intent.generation(),
        phase(report.situation()),
        reason(report.situation()),
        report.message(),
        report.pid(),
        report.qemuVersion(),
        report.restarts(),
        new ArrayList<>(report.restartRequired()),
        DeviceStatuses.attached(report.devices()),
        CpuStatuses.cpu(report.cpu()),
        CpuStatuses.memory(report),
        exits);
  }

  private static Phase phase(Situation situation) {
    return switch (situation) {
      case RUNNING -> Phase.RUNNING;
      case PAUSED -> Phase.PAUSED;
      case STARTING -> Phase.ACTIVATING;
      case POWERING_OFF -> Phase.STOPPING;
      case POWERED_OFF, GUEST_POWERED_OFF -> Phase.STOPPED;
      case PANICKED,
          DIED,
          BACK_OFF,
          START_FAILED,
          UNRESPONSIVE,
          BOOT_FILE_MISSING,
          DISK_MISSING,
          DISK_NOT_BLOCK_DEVICE,
          DISK_IN_USE_BY_HOST,
          DISK_IN_USE_BY_PARTITION,
          MEMORY_UNAVAILABLE,
          CPUS_UNAVAILABLE,
          DEVICES_UNAVAILABLE,
          VIRTUALIZATION_UNAVAILABLE ->
          Phase.FAILED;
    };
  }

  private static PartitionReason reason(Situation situation) {
    return switch (situation) {
      case RUNNING -> PartitionReason.GUEST_RUNNING;
      case PAUSED -> PartitionReason.GUEST_PAUSED;
      case STARTING -> PartitionReason.GUEST_STARTING;
      case POWERING_OFF -> PartitionReason.POWERING_OFF;
      case POWERED_OFF -> PartitionReason.POWERED_OFF;
      case GUEST_POWERED_OFF -> PartitionReason.GUEST_POWERED_OFF;
      case PANICKED -> PartitionReason.GUEST_PANICKED;
      case DIED -> PartitionReason.QEMU_DIED;
      case BACK_OFF -> PartitionReason.CRASH_BACK_OFF;
      case START_FAILED -> PartitionReason.START_FAILED;
      case UNRESPONSIVE -> PartitionReason.QEMU_UNRESPONSIVE;
      case BOOT_FILE_MISSING -> PartitionReason.BOOT_FILE_MISSING;
      case DISK_MISSING -> PartitionReason.DISK_MISSING;
      case DISK_NOT_BLOCK_DEVICE -> PartitionReason.DISK_NOT_BLOCK_DEVICE;
      case DISK_IN_USE_BY_HOST -> PartitionReason.DISK_IN_USE_BY_HOST;
      case DISK_IN_USE_BY_PARTITION -> PartitionReason.DISK_IN_USE_BY_PARTITION;
      case MEMORY_UNAVAILABLE -> PartitionReason.MEMORY_UNAVAILABLE;
      case CPUS_UNAVAILABLE -> PartitionReason.CPUS_UNAVAILABLE;
      case DEVICES_UNAVAILABLE -> PartitionReason.DEVICES_UNAVAILABLE;
      case VIRTUALIZATION_UNAVAILABLE -> PartitionReason.VIRTUALIZATION_UNAVAILABLE;
    };
  }
}
