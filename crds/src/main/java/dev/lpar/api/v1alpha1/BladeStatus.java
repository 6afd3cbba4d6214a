package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is observed on a blade, by its agent alone. */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BladeStatus(
    @JsonPropertyDescription("The generation of the spec that the agent last acted on.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Version of the agent.") @Nullable String agentVersion,
    @JsonPropertyDescription("The kernel's boot id: changes when the blade reboots.")
        @Nullable String bootId,
    @JsonPropertyDescription("What the processors offer.") @Nullable Virtualization virtualization,
    @JsonPropertyDescription("Sockets, NUMA nodes, cores.") @Nullable Topology topology,
    @JsonPropertyDescription("What each CPU is for at present.") @Nullable CpuSets cpuSets,
    @JsonPropertyDescription("CPUs that always stay shared, the default filled in.")
        @Nullable Integer sharedMinimumCpus,
    @JsonPropertyDescription("What the host keeps, defaults filled in.")
        @Nullable Resources hostReserved,
    @JsonPropertyDescription("What partitions can have in all.") @Nullable Resources allocatable,
    @JsonPropertyDescription("What the partitions of the spec have.") @Nullable Resources allocated,
    @JsonPropertyDescription("PCI devices.") @Nullable List<BladeDevice> devices,
    @JsonPropertyDescription("The partitions the agent knows, whether asked for or not.")
        @Nullable List<PartitionStatus> partitions,
    @JsonPropertyDescription("Traces of VM exits, taken or waited for.")
        @Nullable List<BladeTraceStatus> exitTraces,
    @JsonPropertyDescription("Ready: the agent is alive and the blade can run partitions.")
        @Nullable List<Condition> conditions) {

  /** What the processors of a blade offer to a hypervisor. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Virtualization(
      @JsonPropertyDescription("VMX, SVM or None.") @Nullable String isa,
      @JsonPropertyDescription("Whether nested paging (EPT, NPT) is on.")
          @Nullable Boolean nestedPaging,
      @JsonPropertyDescription("Whether an IOMMU is on.") @Nullable Boolean iommu,
      @JsonPropertyDescription("Whether APIC virtualization (APICv, AVIC) is on.")
          @Nullable Boolean apicVirtualization,
      @JsonPropertyDescription(
              "BPF: VM exits are counted and timed in the kernel. KVMStatistics: they are told by KVM's own counts.")
          @Nullable ExitSource exitAccounting,
      @JsonPropertyDescription("Why exits aren't counted in the kernel; absent when they are.")
          @Nullable String exitAccountingReason) {}

  /** Sockets, NUMA nodes and cores of a blade. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Topology(
      @JsonPropertyDescription("Number of processor sockets.") @Nullable Integer sockets,
      @JsonPropertyDescription("NUMA nodes with their cores and memory.")
          @Nullable List<NumaNode> numaNodes,
      @JsonPropertyDescription(
              "Online CPUs that the kernel was booted to keep free of work (isolcpus), in list format.")
          @Nullable String isolated) {}

  /** The three sets, which have no CPU in common, in list format. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record CpuSets(
      @JsonPropertyDescription(
              "For the operating system, the kubelet and QEMU's own threads. Empty on a small blade: those share"
                  + " the shared CPUs then.")
          @Nullable String host,
      @JsonPropertyDescription(
              "The cores of dedicated partitions that are active. Those of one that is off are shared until then.")
          @Nullable String dedicated,
      @JsonPropertyDescription("For shared partitions.") @Nullable String shared) {}

  /** A NUMA node. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record NumaNode(
      @JsonPropertyDescription("The kernel's number of the node.") int id,
      @JsonPropertyDescription("The kernel's number of the socket that the node is on.")
          @Nullable Integer socket,
      @JsonPropertyDescription("Cores, each as its online CPUs in list format, such as \"0,4\".")
          @Nullable List<String> cores,
      @JsonPropertyDescription("Memory of the node, such as 64Gi.") @Nullable String memory) {}

  /** An amount of what partitions use up. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Resources(
      @JsonPropertyDescription("Physical CPUs.") @Nullable Integer cpus,
      @JsonPropertyDescription("Memory in 4Ki pages, such as 1536Mi.") @Nullable String memory,
      @JsonPropertyDescription("Memory in huge pages, by page size.")
          @Nullable Map<String, String> hugePages,
      @JsonPropertyDescription("Sum of the service ratios in percent.")
          @Nullable Integer serviceRatio,
      @JsonPropertyDescription("vCPUs of shared partitions.") @Nullable Integer sharedVcpus,
      @JsonPropertyDescription(
              "vCPUs of shared partitions for each shared CPU, two decimals: above 1.00 they are over-committed.")
          @Nullable String vcpusPerSharedCpu,
      @JsonPropertyDescription("Number of partitions.") @Nullable Integer partitions) {}
}
