package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeDevice;
import java.util.List;

/** What a blade's report has to a PassthroughDevice. */
public sealed interface Sighting {

  /** The function that the object stands for. */
  record Found(BladeDevice device) implements Sighting {}

  record NotFound() implements Sighting {}

  /** The identity matches several functions. */
  record Ambiguous(List<String> addresses) implements Sighting {}

  /** Another object, which goes before, stands for the function. */
  record Duplicate(String of) implements Sighting {}

  /** The identity matches a bridge. */
  record IsBridge(String address) implements Sighting {}

  /** There is no such blade, or it hasn't reported its devices. */
  record BladeUnknown() implements Sighting {}

  default DeviceReason reason() {
    return switch (this) {
      case Found _ -> DeviceReason.FOUND;
      case NotFound() -> DeviceReason.NOT_FOUND;
      case Ambiguous _ -> DeviceReason.AMBIGUOUS;
      case Duplicate _ -> DeviceReason.DUPLICATE;
      case IsBridge _ -> DeviceReason.IS_BRIDGE;
      case BladeUnknown() -> DeviceReason.BLADE_UNKNOWN;
    };
  }

  /** In words. */
  default String message(String blade) {
    return switch (this) {
      case Found(var device) -> "%s on %s".formatted(device.address(), blade);
      case NotFound() -> "%s has no device of this identity".formatted(blade);
      case Ambiguous(var addresses) ->
          "the identity matches %s: give more of it".formatted(String.join(" and ", addresses));
      case Duplicate(var of) ->
          "the PassthroughDevice %s is the same device: delete one of them".formatted(of);
      case IsBridge(var address) ->
          "%s is a bridge: it carries other devices and isn't passed through".formatted(address);
      case BladeUnknown() ->
          "there is no report of a blade %s: is its Node labelled lpar.dev/blade, its agent running?"
              .formatted(blade);
    };
  }
}
