package dev.lpar.operator.plan;

import static dev.lpar.operator.plan.Fixtures.blade;
import static dev.lpar.operator.plan.Fixtures.claim;
import static dev.lpar.operator.plan.Fixtures.named;
import static dev.lpar.operator.plan.Fixtures.shared;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatusBuilder;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.model.PartitionIntent;
import dev.lpar.operator.plan.PlacementPlan.BladeLost;
import dev.lpar.operator.plan.PlacementPlan.Change;
import dev.lpar.operator.plan.PlacementPlan.Leaving;
import dev.lpar.operator.plan.PlacementPlan.NoPlace;
import dev.lpar.operator.plan.PlacementPlan.Settled;
import dev.lpar.operator.plan.PlacementPlan.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DeviceAttachmentTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final PartitionIntent BARE = shared(1, 25, "1Gi");
  private static final PartitionIntent MINE =
      BARE.withDevices(List.of(claim("hba", "hba-a"), claim("nic", "nic-a")));
  private static final List<DeviceNeed> NEEDS =
      List.of(named("hba", "hba-a"), named("nic", "nic-a"));
  private static final Settled SETTLED = new Settled("a", MINE, new Change.None());

  private static AttachedDevice device(String name, AttachmentReason reason, String message) {
    return new AttachedDevice(name, name + "-a", "0000:01:00.0", 1, null, reason, message);
  }

  private static LparProjection project(
      Standing standing,
      List<DeviceNeed> needs,
      List<AttachedDevice> reported,
      List<AttachedDevice> last,
      List<StatusCondition> before) {
    var blade =
        blade("a")
            .reports(
                PartitionStatusBuilder.builder()
                    .id(BARE.id().text())
                    .generation(1L)
                    .phase(Phase.RUNNING)
                    .reason(PartitionReason.GUEST_RUNNING)
                    .devices(reported)
                    .build());
    var wish = new Wish(BARE, needs, null, Map.of(), "a", last);
    boolean placed = standing instanceof Settled || standing instanceof Leaving;
    return StatusProjector.project(
        new LparFacts(wish, false, standing, placed ? blade.view() : null, before), NOW);
  }

  private static String condition(LparProjection projection, String type) {
    return StatusCondition.named(type, projection.conditions())
        .map(c -> c.truth().word() + " " + c.reason() + ": " + c.message())
        .orElse("absent");
  }

  private static AttachedDevice attached(String name) {
    return device(name, AttachmentReason.ATTACHED, null);
  }

  static Stream<Arguments> standings() {
    var bare = new Settled("a", BARE, new Change.None());
    return Stream.of(
        arguments("asks for none, has none", bare, List.of(), null, "absent"),
        arguments(
            "asks for none, has one yet",
            bare,
            List.of(),
            List.of(device("hba", AttachmentReason.DETACHING, null)),
            "False Detaching: hba (hba-a): being given back to the host"),
        arguments(
            "all attached",
            SETTLED,
            NEEDS,
            List.of(attached("hba"), attached("nic")),
            "True Attached: 2 devices attached"),
        arguments(
            "one attached",
            new Settled("a", BARE.withDevices(List.of(claim("hba", "hba-a"))), new Change.None()),
            NEEDS.subList(0, 1),
            List.of(attached("hba")),
            "True Attached: 1 device attached"),
        arguments(
            "one held by a process",
            SETTLED,
            NEEDS,
            List.of(
                device(
                    "hba",
                    AttachmentReason.HELD_BY_PROCESS,
                    "held by the process 1234 (postgres), which has /dev/nvme1n1 open"),
                attached("nic")),
            "False HeldByProcess: hba (hba-a): held by the process 1234 (postgres), which has"
                + " /dev/nvme1n1 open"),
        arguments(
            "the first gives the reason, each its words",
            SETTLED,
            NEEDS,
            List.of(
                device("hba", AttachmentReason.ATTACHING, null),
                device("nic", AttachmentReason.DEVICE_MISSING, " ")),
            "False Attaching: hba (hba-a): being taken from the host and given to the guest; nic"
                + " (nic-a): the blade has no device of this identity"),
        arguments(
            "not reported on",
            SETTLED,
            NEEDS,
            null,
            "Unknown AwaitingAgent: the agent of a hasn't reported on hba (hba-a), nic (nic-a)"
                + " yet"),
        arguments(
            "one not reported on",
            SETTLED,
            NEEDS,
            List.of(attached("hba")),
            "Unknown AwaitingAgent: the agent of a hasn't reported on nic (nic-a) yet"),
        arguments(
            "a change refused, none claimed",
            new Settled("a", BARE, new Change.Refused("…")),
            NEEDS,
            null,
            "False NotClaimed: it has claimed none of those it asks for"),
        arguments(
            "no place",
            new NoPlace(LparReason.NO_FIT, "…"),
            NEEDS,
            null,
            "False NotPlaced: it has no place on a blade"),
        arguments(
            "leaving",
            new Leaving("a"),
            NEEDS,
            List.of(device("hba", AttachmentReason.DETACHING, null)),
            "False Detaching: hba (hba-a): being given back to the host"),
        arguments(
            "lost",
            new BladeLost("a"),
            NEEDS,
            null,
            "Unknown BladeLost: the object Blade a is gone, so nothing tells of them"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("standings")
  void theConditionSaysHowItStandsWithTheDevices(
      String name,
      Standing standing,
      List<DeviceNeed> needs,
      List<AttachedDevice> reported,
      String expected) {
    var projection = project(standing, needs, reported, List.of(), List.of());
    assertEquals(expected, condition(projection, "DevicesAttached"));
  }

  @Test
  void aPartitionThatRunsWithoutADeviceIsntReady() {
    var lacking = List.of(attached("hba"), device("nic", AttachmentReason.BIND_FAILED, "busy"));
    assertEquals(
        "False BindFailed: nic (nic-a): busy",
        condition(project(SETTLED, NEEDS, lacking, List.of(), List.of()), "Ready"));
    var all = List.of(attached("hba"), attached("nic"));
    assertEquals(
        "True GuestRunning: the guest runs",
        condition(project(SETTLED, NEEDS, all, List.of(), List.of()), "Ready"));
  }

  @Test
  void theDevicesOfTheReportAreShownAndOfALostBladeTheLastOnes() {
    var all = List.of(attached("hba"), attached("nic"));
    assertEquals(all, project(SETTLED, NEEDS, all, List.of(), List.of()).devices());
    assertEquals(all, project(new BladeLost("a"), NEEDS, null, all, List.of()).devices());
    assertEquals(List.of(), project(SETTLED, NEEDS, null, all, List.of()).devices());
  }

  @Test
  void troubleWithADeviceIsAWarning() {
    var all = List.of(attached("hba"), attached("nic"));
    var trouble = List.of(attached("hba"), device("nic", AttachmentReason.BIND_FAILED, "busy"));
    var attaching = List.of(attached("hba"), device("nic", AttachmentReason.ATTACHING, null));
    var first = project(SETTLED, NEEDS, attaching, List.of(), List.of());
    assertEquals(List.of("NORMAL Placed", "NORMAL GuestRunning"), announced(first));
    var second = project(SETTLED, NEEDS, trouble, List.of(), first.conditions());
    assertEquals(List.of("WARNING BindFailed"), announced(second));
    var third = project(SETTLED, NEEDS, all, List.of(), second.conditions());
    assertEquals(List.of("NORMAL Attached"), announced(third));
    assertEquals(List.of(), announced(project(SETTLED, NEEDS, all, List.of(), third.conditions())));
  }

  private static List<String> announced(LparProjection projection) {
    return projection.announcements().stream().map(a -> a.severity() + " " + a.reason()).toList();
  }
}
