package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.model.PartitionIntent;
import dev.lpar.operator.plan.StatusCondition.Truth;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a PassthroughDevice's status from what its blade reports. */
public final class DeviceProjector {
  public static final String PRESENT = "Present";
  public static final String ASSIGNABLE = "Assignable";
  public static final String HEALTHY = "Healthy";
  public static final String READY = "Ready";
  public static final String VIRTUAL_FUNCTIONS = "VirtualFunctions";

  private DeviceProjector() {}

  /**
   * All that the status is made from.
   *
   * @param inventory of the blade that the object names
   * @param assigned the partitions of the blade
   * @param silent the blade's words when its agent is silent; null when it isn't
   * @param before the conditions that the status has now
   */
  public record Facts(
      DeviceObject object,
      long generation,
      BladeInventory inventory,
      List<PartitionIntent> assigned,
      @Nullable String silent,
      List<StatusCondition> before) {}

  /**
   * The status, in the plan's own types.
   *
   * @param device the function that the object stands for; null when there is none
   * @param groupMembers addresses of the others in its IOMMU group
   */
  public record Projection(
      @Nullable BladeDevice device, List<String> groupMembers, List<StatusCondition> conditions) {}

  /** What a condition says. */
  private record Verdict(Truth truth, DeviceReason reason, String message) {}

  /**
   * @param now the time of what changes with this status
   */
  public static Projection project(Facts facts, Instant now) {
    var sighting = facts.inventory().sighting(facts.object());
    var device = sighting instanceof Sighting.Found(var found) ? found : null;
    var present = present(sighting, facts.object().blade());
    var assignable = assignable(facts, present);
    var healthy = healthy(device, present);
    var members =
        device == null
            ? List.<String>of()
            : facts.inventory().groupMembers(device).stream().map(BladeDevice::address).toList();
    return new Projection(
        device,
        members,
        Stream.concat(
                Stream.of(
                    condition(PRESENT, present, facts, now),
                    condition(ASSIGNABLE, assignable, facts, now),
                    condition(HEALTHY, healthy, facts, now),
                    condition(
                        READY, ready(facts.silent(), present, healthy, assignable), facts, now)),
                virtualFunctions(facts).map(v -> condition(VIRTUAL_FUNCTIONS, v, facts, now)))
            .toList());
  }

  /** There where a number of them is asked for. */
  private static Stream<Verdict> virtualFunctions(Facts facts) {
    return VirtualFunctionPlanner.decide(facts.object(), facts.inventory(), facts.assigned())
        .map(decision -> new Verdict(decision.truth(), decision.reason(), decision.message()))
        .stream();
  }

  private static Verdict present(Sighting sighting, String blade) {
    var truth =
        switch (sighting) {
          case Sighting.Found _ -> Truth.TRUE;
          case Sighting.BladeUnknown() -> Truth.UNKNOWN;
          case Sighting.NotFound(),
              Sighting.Ambiguous _,
              Sighting.Duplicate _,
              Sighting.IsBridge _ ->
              Truth.FALSE;
        };
    return new Verdict(truth, sighting.reason(), sighting.message(blade));
  }

  private static Verdict assignable(Facts facts, Verdict present) {
    return facts
        .inventory()
        .bar(facts.object())
        .map(
            bar ->
                new Verdict(
                    present.truth() == Truth.UNKNOWN ? Truth.UNKNOWN : Truth.FALSE,
                    bar.reason(),
                    bar.message()))
        .orElseGet(() -> new Verdict(Truth.TRUE, DeviceReason.OFFERED, offer(facts.object())));
  }

  private static String offer(DeviceObject object) {
    return object.allowedNamespaces().isEmpty()
        ? "partitions of all namespaces may claim it"
        : "partitions of these namespaces may claim it: "
            + String.join(", ", object.allowedNamespaces());
  }

  private static Verdict healthy(@Nullable BladeDevice device, Verdict present) {
    if (device == null) {
      return new Verdict(Truth.UNKNOWN, DeviceReason.NOT_PRESENT, present.message());
    }
    var problem = device.problem();
    return problem == null
        ? new Verdict(Truth.TRUE, DeviceReason.NO_PROBLEM, "no problem is reported")
        : new Verdict(Truth.FALSE, DeviceReason.DEVICE_PROBLEM, problem);
  }

  private static Verdict ready(
      @Nullable String silent, Verdict present, Verdict healthy, Verdict assignable) {
    if (silent != null) {
      return new Verdict(Truth.UNKNOWN, DeviceReason.AGENT_SILENT, silent);
    }
    return Stream.of(present, healthy, assignable)
        .filter(verdict -> verdict.truth() != Truth.TRUE)
        .findFirst()
        .orElse(assignable);
  }

  private static StatusCondition condition(String type, Verdict verdict, Facts facts, Instant now) {
    return new StatusCondition(
            type,
            verdict.truth(),
            verdict.reason().word(),
            verdict.message(),
            facts.generation(),
            now)
        .datedAfter(facts.before());
  }
}
