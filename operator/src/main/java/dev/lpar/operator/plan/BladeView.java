package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A blade at one moment: what it was told to run, and what its agent reports.
 *
 * @param readyMessage the words of its condition Ready
 * @param assigned {@code spec.partitions}
 * @param reports {@code status.partitions}
 * @param caughtUp whether the agent has acted on the present generation of the spec
 * @param inventory its devices
 */
public record BladeView(
    String name,
    Map<String, String> labels,
    boolean maintenance,
    Readiness readiness,
    String readyMessage,
    boolean virtualizes,
    BladeCpus cpus,
    Capacity capacity,
    List<PartitionIntent> assigned,
    Map<LparId, PartitionStatus> reports,
    boolean caughtUp,
    BladeInventory inventory) {

  /** What is known of a blade's agent. */
  public enum Readiness {
    /** Alive, and the blade can run partitions. */
    READY,
    /** Alive, but the blade can't run partitions; or no agent has reported yet. */
    NOT_READY,
    /** The agent's Lease has run out. */
    SILENT
  }

  public BladeView {
    labels = Map.copyOf(labels);
    assigned = List.copyOf(assigned);
    reports = Map.copyOf(reports);
  }

  public Optional<PartitionIntent> assignment(LparId id) {
    return assigned.stream().filter(intent -> intent.id().equals(id)).findFirst();
  }

  /** Whether the partition may still run here although the blade isn't told to run it any more. */
  public boolean mayStillRun(LparId id) {
    return !caughtUp || reports.containsKey(id);
  }

  /** How many CPUs are shared at present; by the plan while the agent hasn't told. */
  public int sharedCpus() {
    var now = cpus.sharedNow();
    return now == null ? new CpuRoom(this, assigned).sharedCpus() : now.size();
  }
}
