package dev.lpar.agent.report;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.intent;
import static dev.lpar.agent.plan.Intents.memory;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.observe.Inventory;
import dev.lpar.agent.plan.Attachment;
import dev.lpar.agent.plan.CpuReport;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.Entitlement;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.ObservedCpus;
import dev.lpar.agent.plan.ObservedDevices;
import dev.lpar.agent.plan.ObservedExits;
import dev.lpar.agent.plan.ObservedHost;
import dev.lpar.agent.plan.ObservedHost.HugePagePool;
import dev.lpar.agent.plan.ObservedHost.QemuVersions;
import dev.lpar.agent.plan.PartitionReport;
import dev.lpar.agent.plan.Situation;
import dev.lpar.agent.plan.TracePlan;
import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.ExitGroup;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.GuestExits;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.BladeSpec;
import dev.lpar.api.v1alpha1.BladeSpec.HostReserved;
import dev.lpar.api.v1alpha1.BladeSpecBuilder;
import dev.lpar.api.v1alpha1.BladeStatus;
import dev.lpar.api.v1alpha1.BladeStatus.Resources;
import dev.lpar.api.v1alpha1.BladeStatus.Topology;
import dev.lpar.api.v1alpha1.BladeStatus.Virtualization;
import dev.lpar.api.v1alpha1.EntitlementReason;
import dev.lpar.api.v1alpha1.ExitSource;
import dev.lpar.api.v1alpha1.PageSize;
import dev.lpar.api.v1alpha1.PartitionCpu;
import dev.lpar.api.v1alpha1.PartitionMemory;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.VmExits;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StatusComposerTest {
  private static final GuestExits EXITS =
      new GuestExits(
          dev.lpar.agent.vmexit.ExitSource.BPF,
          Map.of(
              new ExitFactor("HLT", ExitGroup.HALT),
              tally(900, 1_000_000_000L, 20_000_000_000L, 70_000),
              new ExitFactor("CR3 write", ExitGroup.CR_ACCESS),
              tally(100, 3_000_000_000L, 0, 500_000)),
          new GuestExits.Interval(
              Duration.ofSeconds(10),
              Map.of(
                  new ExitFactor("CR3 write", ExitGroup.CR_ACCESS),
                  tally(50, 1_000_000_000L, 0, 500_000)),
              Duration.ofSeconds(10),
              Duration.ZERO));

  private static ExitTally tally(long count, long nanos, long waited, long most) {
    return new ExitTally(count, nanos, waited, most, new long[ExitTally.BUCKETS]);
  }

  private static BladeStatus compose(
      BladeSpec spec, String cpus, String memory, String kvmMissing, PartitionReport... reports) {
    return compose(spec, cpus, memory, kvmMissing, Map.of(), reports);
  }

  private static BladeStatus compose(
      BladeSpec spec,
      String cpus,
      String memory,
      String kvmMissing,
      Map<Pages, MemorySize> hugePages,
      PartitionReport... reports) {
    return StatusComposer.compose(
        new StatusComposer.Sources(
            "1.0",
            4L,
            spec,
            new Desired.Known(
                List.of(intent(A), memory(intent(B), "1Gi", Pages.SIZE_2MI)),
                hugePages,
                List.of(),
                CpuReserve.DEFAULT,
                List.of()),
            new Inventory(
                "boot",
                new Virtualization("SVM", true, true, false, null, null),
                new Topology(1, List.of(), null),
                CpuSet.parse(cpus),
                MemorySize.parse(memory),
                List.of()),
            new ObservedHost(
                "boot",
                kvmMissing,
                MemorySize.parse(memory),
                Map.of(Pages.SIZE_2MI, new HugePagePool(512, 100, null)),
                new QemuVersions("10", Set.of("10")),
                ObservedDevices.NONE,
                new ObservedCpus(topology(cpus), CpuSet.EMPTY, List.of(), Map.of()),
                null,
                new ObservedExits(null, 0, null, Map.of(A, EXITS)),
                List.of(),
                List.of()),
            new HostPlan(
                List.of(),
                Map.of(),
                List.of(reports),
                new HostPlan.CpuSets(CpuSet.of(0), CpuSet.of(1), CpuSet.parse("2-3"), 1),
                TracePlan.NOTHING)));
  }

  private static CpuTopology topology(String cpus) {
    return new CpuTopology(
        List.of(
            new CpuTopology.Node(0, 0, CpuSet.parse(cpus).stream().mapToObj(CpuSet::of).toList())),
        CpuSet.EMPTY);
  }

  private static PartitionReport report(Situation situation) {
    return new PartitionReport(
        A,
        intent(A),
        situation,
        null,
        42L,
        "10",
        Instant.EPOCH,
        2,
        List.of("disks"),
        List.of(),
        new CpuReport(
            List.of(4, 6),
            CpuSet.of(0),
            1,
            new Entitlement(
                Entitlement.Verdict.MET,
                "fine",
                new Entitlement.Figures(2, 8, 2, 1.9876, 0.1, 0.02)),
            null));
  }

  @ParameterizedTest(name = "{0} CPUs, {1}: {2} CPUs and {3} reserved, {4} CPUs and {5} left")
  @CsvSource(
      delimiter = '|',
      value = {
        "0    | 1Gi   | 0 | 512Mi | 1  | 0",
        "0-2  | 2Gi   | 0 | 1Gi   | 3  | 0",
        "0-3  | 64Gi  | 1 | 1Gi   | 3  | 62Gi",
        "0-15 | 64Gi  | 1 | 1Gi   | 15 | 62Gi",
      })
  void whatTheHostKeepsByDefault(
      String cpus, String memory, int keptCpus, String kept, int leftCpus, String left) {
    var status = compose(null, cpus, memory, null);
    assertEquals(
        new Resources(keptCpus, kept, null, null, null, null, null), status.hostReserved());
    assertEquals(
        new Resources(leftCpus, left, Map.of("2Mi", "1Gi"), 100, null, null, null),
        status.allocatable());
  }

  @Test
  void whatTheAdministratorReservesIsKept() {
    var spec = BladeSpecBuilder.builder().hostReserved(new HostReserved(2, "4Gi")).build();
    var status = compose(spec, "0-7", "64Gi", null);
    assertEquals(new Resources(2, "4Gi", null, null, null, null, null), status.hostReserved());
    assertEquals(6, status.allocatable().cpus());
    assertEquals("59Gi", status.allocatable().memory());
  }

  @ParameterizedTest(name = "{0} of {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "1Gi   | SIZE_2MI | True: AsAsked: The kernel set aside what spec.hugePages asks for.",
        "512Mi | SIZE_2MI | True: AsAsked: The kernel set aside what spec.hugePages asks for.",
        "2Gi   | SIZE_2MI | False: MemoryLacking: 512 of 1024 pages of 2Mi: free memory there, or set them aside while the blade boots (kernel parameters hugepagesz=, hugepages=)",
        "2Gi   | SIZE_1GI | False: MemoryLacking: the blade's kernel has no pages of 1Gi: free memory there, or set them aside while the blade boots (kernel parameters hugepagesz=, hugepages=)",
      })
  void saysWhetherTheKernelGaveTheHugePages(String memory, Pages size, String told) {
    var asked = Map.of(size, MemorySize.parse(memory));
    var condition = compose(null, "0", "64Gi", null, asked).conditions().getLast();
    assertEquals("HugePagesReserved", condition.getType());
    assertEquals(
        told, condition.getStatus() + ": " + condition.getReason() + ": " + condition.getMessage());
  }

  @Test
  void allocatedIsTheSumOfThePartitionsOfTheSpec() {
    assertEquals(
        new Resources(0, "256Mi", Map.of("2Mi", "1Gi"), 50, 2, "1.00", 2),
        compose(null, "0", "64Gi", null).allocated());
  }

  @Test
  void theThreeSetsAndWhatAPartitionHasOfThemAreTold() {
    var status = compose(null, "0-15", "64Gi", null, report(Situation.RUNNING));
    assertEquals(new BladeStatus.CpuSets("0", "1", "2-3"), status.cpuSets());
    assertEquals(1, status.sharedMinimumCpus());
    var told = status.partitions().getFirst();
    assertEquals(
        new PartitionCpu(
            "4,6",
            "0",
            EntitlementReason.MET,
            "fine",
            new PartitionCpu.Usage("2.000", "1.988", "24.8", "5.0", "1.0")),
        told.cpu());
    assertEquals(new PartitionMemory(1, PageSize.SIZE_4KI), told.memory());
  }

  @Test
  void aPartitionIsToldWithItsPidVersionAndExits() {
    var told = compose(null, "0", "8Gi", null, report(Situation.RUNNING)).partitions().getFirst();
    assertEquals(A.text(), told.id());
    assertEquals("shop", told.namespace());
    assertEquals(Phase.RUNNING, told.phase());
    assertEquals(42L, told.pid());
    assertEquals(2, told.restarts());
    assertEquals(List.of("disks"), told.restartRequired());
    assertEquals(1000L, told.exits().total());
  }

  @Test
  void exitsAreToldByGroupAndFactorTheCostliestFirst() {
    var told = compose(null, "0", "8Gi", null, report(Situation.RUNNING)).partitions().getFirst();
    assertEquals(
        new VmExits(
            "1970-01-01T00:00:00Z",
            ExitSource.BPF,
            1000L,
            "5.0",
            "10.00",
            List.of(
                new VmExits.Group("CR access", 100L, "3.000", null, "0.750"),
                new VmExits.Group("Halt", 900L, "1.000", "20.000", "0.250")),
            List.of(
                new VmExits.Factor("CR3 write", "CR access", 100L, "3.000", 500L),
                new VmExits.Factor("HLT", "Halt", 900L, "1.000", 70L)),
            List.of()),
        told.exits());
  }

  @Test
  void whatCostsMuchIsToldWithItsCause() {
    var told =
        ExitStatuses.of(
            EXITS,
            report(Situation.RUNNING),
            new Virtualization("SVM", false, true, false, null, null));
    assertEquals("ShadowPaging", told.findings().getFirst().reason());
    assertTrue(told.findings().getFirst().message().contains("kvm_amd with npt=1"), told::toString);
  }

  @Test
  void exitsThatKvmAloneTellsHaveNoTimesAndTheBladeSaysWhy() {
    var exits =
        new GuestExits(
            dev.lpar.agent.vmexit.ExitSource.KVM_STATISTICS,
            Map.of(new ExitFactor("Halt exits", ExitGroup.HALT), tally(7, 0, 0, 0)),
            null);
    assertEquals(
        new VmExits(
            "1970-01-01T00:00:00Z",
            ExitSource.KVM_STATISTICS,
            7L,
            null,
            null,
            List.of(new VmExits.Group("Halt", 7L, null, null, null)),
            List.of(new VmExits.Factor("Halt exits", "Halt", 7L, null, null)),
            List.of()),
        ExitStatuses.of(
            exits,
            report(Situation.RUNNING),
            new Virtualization("SVM", true, true, false, null, null)));
    assertEquals(
        new Virtualization("SVM", true, true, false, ExitSource.KVM_STATISTICS, "no tracefs"),
        ExitStatuses.virtualization(
            new Virtualization("SVM", true, true, false, null, null),
            new ObservedExits("no tracefs", 0, null, Map.of())));
  }

  @Test
  void aBladeWithoutKvmIsNotReadyAndSaysWhy() {
    var ready = compose(null, "0", "8Gi", "the blade has no KVM").conditions().getFirst();
    assertEquals("False", ready.getStatus());
    assertEquals("VirtualizationUnavailable", ready.getReason());
    assertEquals("the blade has no KVM", ready.getMessage());
    assertEquals(4L, ready.getObservedGeneration());
  }

  @ParameterizedTest
  @EnumSource(Situation.class)
  void everySituationHasAPhaseAndAReasonOfItsOwn(Situation situation) {
    var told = compose(null, "0", "8Gi", null, report(situation)).partitions().getFirst();
    var reasons = EnumSet.noneOf(PartitionReason.class);
    for (var other : Situation.values()) {
      if (other != situation) {
        reasons.add(
            compose(null, "0", "8Gi", null, report(other)).partitions().getFirst().reason());
      }
    }
    assertEquals(false, reasons.contains(told.reason()));
  }

  @Test
  void everyStateOfADeviceHasItsWordInTheApi() {
    assertEquals(
        Stream.of(AttachmentReason.values()).map(Enum::name).toList(),
        Stream.of(Attachment.State.values()).map(Enum::name).toList());
  }
}
