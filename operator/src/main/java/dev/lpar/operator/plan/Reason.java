package dev.lpar.operator.plan;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Reasons of conditions and Events are enum constants; the API shows them in upper camel case. */
public interface Reason {
  String name();

  default String word() {
    return word(name());
  }

  /** {@code GUEST_RUNNING} as {@code GuestRunning}. */
  static String word(String constant) {
    return Arrays.stream(constant.split("_", -1))
        .map(part -> part.charAt(0) + part.substring(1).toLowerCase(java.util.Locale.ROOT))
        .collect(Collectors.joining());
  }
}
