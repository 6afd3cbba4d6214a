package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.model.PartitionIntent;
import dev.lpar.operator.plan.BladeView.Readiness;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that the status of an Lpar is made from.
 *
 * @param wish what the present spec asks for
 * @param deleting whether the Lpar is being deleted
 * @param blade the blade that the standing speaks of; null when there is none
 * @param before the conditions that the status has now
 */
public record LparFacts(
    Wish wish,
    boolean deleting,
    PlacementPlan.Standing standing,
    @Nullable BladeView blade,
    List<StatusCondition> before) {

  /** The intent of the present spec. */
  PartitionIntent wanted() {
    return wish.intent();
  }

  /** What the blade's agent reports of the partition. */
  Optional<PartitionStatus> report() {
    return Optional.ofNullable(blade).map(view -> view.reports().get(wanted().id()));
  }

  boolean agentSilent() {
    return blade != null && blade.readiness() == Readiness.SILENT;
  }

  /** The intent in force: what the blade was told, or the spec while no blade was told anything. */
  PartitionIntent inForce() {
    return standing instanceof PlacementPlan.Settled settled ? settled.assigned() : wanted();
  }
}
