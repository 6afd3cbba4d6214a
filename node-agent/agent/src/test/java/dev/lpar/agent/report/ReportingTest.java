package dev.lpar.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.agent.host.FakeClock;
import dev.lpar.agent.plan.CpuReserve;
import dev.lpar.agent.plan.Desired;
import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeSpecBuilder;
import dev.lpar.api.v1alpha1.BladeStatus;
import dev.lpar.api.v1alpha1.BladeStatusBuilder;
import dev.lpar.api.v1alpha1.ExitSource;
import dev.lpar.api.v1alpha1.FunctionCount;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.PartitionStatusBuilder;
import dev.lpar.api.v1alpha1.PassthroughDeviceSpec;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.VmExits;
import dev.lpar.model.VirtualFunctionCount;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written when: status, Lease, and what is made of the Blade. */
class ReportingTest {
  private final FakeBladeApi api = new FakeBladeApi();
  private final FakeClock clock = new FakeClock();
  private final StatusReporter reporter = new StatusReporter(api, () -> api.blade, clock);

  private static Condition ready(String status) {
    return new ConditionBuilder()
        .withType("Ready")
        .withStatus(status)
        .withReason("AgentRunning")
        .withMessage("")
        .build();
  }

  private static BladeStatus status(Phase phase, long exits) {
    return status(phase, exits, "1.0");
  }

  private static BladeStatus status(Phase phase, long exits, String perSecond) {
    PartitionStatus partition =
        PartitionStatusBuilder.builder()
            .id("11111111-1111-4111-8111-111111111111")
            .phase(phase)
            .reason(PartitionReason.GUEST_RUNNING)
            .exits(
                new VmExits(
                    "2026-01-01T00:00:00Z",
                    ExitSource.BPF,
                    exits,
                    perSecond,
                    null,
                    null,
                    null,
                    null))
            .build();
    return BladeStatusBuilder.builder()
        .agentVersion("1")
        .partitions(List.of(partition))
        .conditions(List.of(ready("True")))
        .build();
  }

  private void cluster(BladeStatus status) {
    var blade = new Blade();
    blade.getMetadata().setName("blade-1");
    blade.setStatus(status);
    api.blade = blade;
  }

  /** The write has come back by the watch. */
  private void echo() {
    cluster(api.applied.getLast());
  }

  private void tell(BladeStatus status) throws InterruptedException {
    reporter.tell(status);
    reporter.round();
  }

  @Test
  void aPhaseIsWrittenAtOnceAndAnEqualStatusNever() throws InterruptedException {
    cluster(null);
    tell(status(Phase.ACTIVATING, 0));
    echo();
    tell(status(Phase.RUNNING, 5));
    echo();
    tell(status(Phase.RUNNING, 5));
    assertEquals(2, api.applied.size());
  }

  @Test
  void figuresThatMoveAreWrittenEveryThirtySeconds() throws InterruptedException {
    cluster(null);
    tell(status(Phase.RUNNING, 5));
    echo();
    clock.pass(Duration.ofSeconds(29));
    tell(status(Phase.RUNNING, 16));
    assertEquals(1, api.applied.size());
    clock.pass(Duration.ofSeconds(1));
    tell(status(Phase.RUNNING, 17));
    assertEquals(2, api.applied.size());
  }

  static Stream<Arguments> figures() {
    return Stream.of(
        arguments("hardly more exits", status(Phase.RUNNING, 1100, "100.0"), false),
        arguments("many more exits", status(Phase.RUNNING, 1400, "100.0"), true),
        arguments("a rate like before", status(Phase.RUNNING, 1100, "149.0"), false),
        arguments("another rate", status(Phase.RUNNING, 1100, "151.0"), true));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("figures")
  void figuresThatStayAboutTheSameAreWrittenEveryFiveMinutes(
      String name, BladeStatus next, boolean written) throws InterruptedException {
    cluster(null);
    tell(status(Phase.RUNNING, 1000, "100.0"));
    echo();
    clock.pass(Duration.ofSeconds(30));
    tell(next);
    assertEquals(written ? 2 : 1, api.applied.size(), name);
    echo();
    clock.pass(SteadyFigures.OLDEST);
    tell(status(Phase.RUNNING, 1500, "100.0"));
    assertEquals(written ? 3 : 2, api.applied.size(), name);
  }

  @Test
  void whatAnotherWroteOverTheStatusIsMadeGood() throws InterruptedException {
    cluster(null);
    tell(status(Phase.RUNNING, 5));
    echo();
    var silent =
        BladeStatusBuilder.builder(api.blade.getStatus())
            .conditions(List.of(ready("Unknown")))
            .build();
    cluster(silent);
    clock.pass(Duration.ofSeconds(5));
    reporter.round();
    assertEquals(2, api.applied.size());
    assertEquals("True", api.applied.getLast().conditions().getFirst().getStatus());
  }

  @Test
  void aConditionKeepsItsTimeUntilItChanges() throws InterruptedException {
    cluster(null);
    tell(status(Phase.ACTIVATING, 0));
    var first = api.applied.getLast().conditions().getFirst().getLastTransitionTime();
    assertEquals("2026-01-01T00:00:00Z", first);
    echo();
    clock.pass(Duration.ofMinutes(1));
    tell(status(Phase.RUNNING, 0));
    assertEquals(first, api.applied.getLast().conditions().getFirst().getLastTransitionTime());
    echo();
    tell(
        BladeStatusBuilder.builder(status(Phase.RUNNING, 0))
            .conditions(List.of(ready("False")))
            .build());
    assertEquals(
        "2026-01-01T00:01:00Z",
        api.applied.getLast().conditions().getFirst().getLastTransitionTime());
  }

  @Test
  void nothingIsWrittenBeforeThereIsABlade() throws InterruptedException {
    tell(status(Phase.RUNNING, 5));
    assertEquals(List.of(), api.applied);
  }

  @Test
  void aWriteThatDoesNotComeBackIsWrittenAgain() throws InterruptedException {
    cluster(null);
    tell(status(Phase.RUNNING, 5));
    reporter.round();
    assertEquals(1, api.applied.size());
    clock.pass(Duration.ofSeconds(5));
    reporter.round();
    assertEquals(2, api.applied.size());
  }

  @Test
  void waitsGrowToAtMostEightSecondsWhileTheApiServerIsAway() {
    var keeper = new LeaseKeeper(api, clock);
    api.away = true;
    var longest = Duration.ZERO;
    for (int i = 0; i < 50; i++) {
      var wait = keeper.renew();
      assertTrue(wait.compareTo(longest) >= 0);
      longest = wait;
    }
    assertEquals(Duration.ofSeconds(5), longest);
    api.away = false;
    assertEquals(Duration.ofSeconds(10), keeper.renew());
    assertEquals(1, api.interrupted, "a watch that was lost without a word is made anew");
    keeper.renew();
    assertEquals(1, api.interrupted);
  }

  @Test
  void theBladeLastReadStaysInForceWhileItCannotBeRead() {
    var changes = new int[1];
    var follower = new BladeFollower(api, () -> changes[0]++);
    assertInstanceOf(Desired.Unknown.class, follower.desired());
    follower.round();
    assertInstanceOf(Desired.Unknown.class, follower.desired(), "there is no Blade yet");
    cluster(null);
    follower.round();
    assertEquals(
        new Desired.Known(List.of(), Map.of(), List.of(), CpuReserve.DEFAULT, List.of()),
        follower.desired());
    assertEquals(1, changes[0]);
    api.away = true;
    follower.round();
    api.away = false;
    api.blade = null;
    follower.round();
    assertInstanceOf(Desired.Known.class, follower.desired());
  }

  @Test
  void theNumbersOfVirtualFunctionsAreRead() {
    var follower = new BladeFollower(api, () -> {});
    cluster(null);
    var identity = new PassthroughDeviceSpec.Identity("S1", null, null, null, null);
    api.blade.setSpec(
        BladeSpecBuilder.builder()
            .virtualFunctions(List.of(new FunctionCount("nic", identity, 4)))
            .build());
    follower.round();
    assertEquals(
        new Desired.Known(
            List.of(),
            Map.of(),
            List.of(new VirtualFunctionCount("nic", identity.toModel(), 4)),
            CpuReserve.DEFAULT,
            List.of()),
        follower.desired());
  }

  @Test
  void aBladeThatCannotBeParsedChangesNothing() {
    var follower = new BladeFollower(api, () -> {});
    cluster(null);
    follower.round();
    api.blade.setSpec(BladeSpecBuilder.builder().hugePages(Map.of("3Mi", "1Gi")).build());
    follower.round();
    assertEquals(
        new Desired.Known(List.of(), Map.of(), List.of(), CpuReserve.DEFAULT, List.of()),
        follower.desired());
  }
}
