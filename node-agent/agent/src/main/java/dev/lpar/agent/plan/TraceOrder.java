package dev.lpar.agent.plan;

import dev.lpar.agent.vmexit.TraceFilter;
import dev.lpar.model.LparId;
import java.time.Duration;

/**
 * A trace of VM exits that is to be taken, and kept as long as it is wanted.
 *
 * @param namespace of its ExitTrace and of the Lpar
 * @param name of its ExitTrace
 * @param duration how long to record at most
 * @param maxRecords how many exits to record at most
 */
public record TraceOrder(
    TraceId id,
    String namespace,
    String name,
    LparId partition,
    Duration duration,
    int maxRecords,
    TraceFilter filter) {

  public String displayName() {
    return namespace + "/" + name;
  }
}
