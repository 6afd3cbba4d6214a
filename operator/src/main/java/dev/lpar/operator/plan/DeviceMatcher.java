package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.api.v1alpha1.PassthroughDeviceSpec.Identity;
import dev.lpar.operator.plan.StatusCondition.Truth;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the device that an identity means among those a blade reports. */
public final class DeviceMatcher {
  public static final String PRESENT = "Present";
  public static final String READY = "Ready";

  private DeviceMatcher() {}

  /**
   * What to look for, and where.
   *
   * @param reported the blade's devices; null when there is no such blade, or no report of it
   * @param silent the blade's words when its agent is silent; null when it isn't
   * @param before the conditions that the status has now
   */
  public record Search(
      String blade,
      Identity identity,
      long generation,
      @Nullable List<BladeDevice> reported,
      @Nullable String silent,
      List<StatusCondition> before) {}

  /** The device, if there is exactly one, and the conditions of the status. */
  public record Match(@Nullable BladeDevice device, List<StatusCondition> conditions) {}

  public static Match match(Search search, Instant now) {
    var reported = search.reported();
    if (reported == null) {
      return match(
          search,
          null,
          Truth.UNKNOWN,
          DeviceReason.BLADE_UNKNOWN,
          "there is no report of a blade %s: is its Node labelled lpar.dev/blade, its agent running?"
              .formatted(search.blade()),
          now);
    }
    var matches = reported.stream().filter(device -> is(search.identity(), device)).toList();
    return switch (matches.size()) {
      case 0 ->
          match(
              search,
              null,
              Truth.FALSE,
              DeviceReason.NOT_FOUND,
              "%s has no device of this identity".formatted(search.blade()),
              now);
      case 1 -> {
        var device = matches.getFirst();
        yield match(
            search,
            device,
            Truth.TRUE,
            DeviceReason.FOUND,
            "%s on %s".formatted(device.address(), search.blade()),
            now);
      }
      default ->
          match(
              search,
              null,
              Truth.FALSE,
              DeviceReason.AMBIGUOUS,
              "the identity matches %s: give more of it"
                  .formatted(
                      matches.stream()
                          .map(BladeDevice::address)
                          .collect(Collectors.joining(" and "))),
              now);
    };
  }

  private static boolean is(Identity identity, BladeDevice device) {
    return agrees(identity.serialNumber(), device.serialNumber())
        && agrees(identity.macAddress(), device.macAddress())
        && agrees(identity.slot(), device.slot())
        && agrees(identity.pciId(), device.pciId());
  }

  private static boolean agrees(@Nullable String asked, @Nullable String found) {
    return asked == null || asked.equals(found);
  }

  private static Match match(
      Search search,
      @Nullable BladeDevice device,
      Truth truth,
      DeviceReason reason,
      String message,
      Instant now) {
    var present =
        new StatusCondition(PRESENT, truth, reason.word(), message, search.generation(), now);
    var silent = search.silent();
    var ready =
        silent == null
            ? new StatusCondition(READY, truth, reason.word(), message, search.generation(), now)
            : new StatusCondition(
                READY,
                Truth.UNKNOWN,
                DeviceReason.AGENT_SILENT.word(),
                silent,
                search.generation(),
                now);
    return new Match(
        device, List.of(present.datedAfter(search.before()), ready.datedAfter(search.before())));
  }
}
