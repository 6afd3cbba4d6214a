package dev.lpar.agent.host;

import dev.lpar.agent.plan.PartitionRecord;
import dev.lpar.model.LparId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is kept of partitions in files: records, console logs, UEFI variables, run directories. */
public interface PartitionFiles {
  /** The durable directories, each with its record when it has a readable one. */
  Map<LparId, Traces> traces();

  /** Replaces the record atomically; durable on return. */
  void save(PartitionRecord record);

  /** Starts the console's log anew, keeping its end as the older half. */
  void rotateConsole(LparId id);

  /** Keeps the console's log beside the record and removes the run directory. */
  void clearRunDirectory(LparId id);

  /** Removes everything of the partition. */
  void remove(LparId id);

  /**
   * What there is of a partition.
   *
   * @param record null when there is none that can be read
   */
  record Traces(@Nullable PartitionRecord record, boolean runDirectory, boolean consoleFull) {}
}
