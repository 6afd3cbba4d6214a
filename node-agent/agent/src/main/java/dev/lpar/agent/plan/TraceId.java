package dev.lpar.agent.plan;

import java.util.UUID;

/** Identity of a trace of VM exits: the uid of its ExitTrace, in lower case. */
public record TraceId(String text) implements Comparable<TraceId> {
  public TraceId {
    if (!UUID.fromString(text).toString().equals(text)) {
      throw new IllegalArgumentException("not a uid in canonical form: " + text);
    }
  }

  @Override
  public int compareTo(TraceId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
