package dev.lpar.operator.observe;

import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.PartitionIntents;
import dev.lpar.api.v1alpha1.Placement;
import dev.lpar.model.LparId;
import dev.lpar.operator.plan.LparReason;
import dev.lpar.operator.plan.StatusCondition;
import dev.lpar.operator.plan.StatusCondition.Truth;
import dev.lpar.operator.plan.StatusProjector;
import dev.lpar.operator.plan.Wish;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads an {@link Lpar}. */
public final class Lpars {
  private Lpars() {}

  public static Wish wish(Lpar lpar) {
    var placement = Optional.ofNullable(lpar.getSpec().placement());
    return new Wish(
        PartitionIntents.of(lpar),
        placement.map(Placement::blade).orElse(null),
        placement
            .flatMap(p -> Optional.ofNullable(p.bladeSelector()))
            .map(selector -> selector.matchLabels())
            .orElse(Map.of()),
        lastBlade(lpar));
  }

  public static LparId id(Lpar lpar) {
    return new LparId(lpar.getMetadata().getUid());
  }

  /** The blade that the status names. */
  public static @Nullable String lastBlade(Lpar lpar) {
    return lpar.getStatus() == null ? null : lpar.getStatus().blade();
  }

  public static List<StatusCondition> conditions(Lpar lpar) {
    return lpar.getStatus() == null ? List.of() : Conditions.read(lpar.getStatus().conditions());
  }

  /** Whether it waits for room: any blade's change may help it, not only its own blade's. */
  public static boolean waitsForRoom(Lpar lpar) {
    return StatusCondition.named(StatusProjector.PLACED, conditions(lpar))
        .filter(
            placed ->
                placed.truth() == Truth.TRUE && placed.reason().equals(LparReason.PLACED.word()))
        .isEmpty();
  }
}
