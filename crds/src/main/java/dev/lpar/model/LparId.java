package dev.lpar.model;

import java.util.UUID;

/** Identity of a partition: the uid of its Lpar, in lower case. Stable for life, never reused. */
public record LparId(String text) implements Comparable<LparId> {
  public LparId {
    if (!UUID.fromString(text).toString().equals(text)) {
      throw new IllegalArgumentException("not a uid in canonical form: " + text);
    }
  }

  @Override
  public int compareTo(LparId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
