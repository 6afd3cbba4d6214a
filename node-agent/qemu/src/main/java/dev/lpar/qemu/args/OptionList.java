package dev.lpar.qemu.args;

import java.util.StringJoiner;

/**
 * One argument of QEMU's form {@code first,key=value,…}. A comma in a value is doubled, so that no
 * value, wherever it comes from, can begin another option.
 */
final class OptionList {
  private final StringJoiner parts = new StringJoiner(",");

  OptionList() {}

  OptionList(String first) {
    parts.add(first);
  }

  OptionList with(String key, String value) {
    parts.add(key + "=" + value.replace(",", ",,"));
    return this;
  }

  OptionList with(String key, long value) {
    return with(key, Long.toString(value));
  }

  @Override
  public String toString() {
    return parts.toString();
  }
}
