package dev.lpar.operator.plan;

import dev.lpar.model.PartitionIntent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an Lpar asks for.
 *
 * @param pin {@code placement.blade}
 * @param selector {@code placement.bladeSelector.matchLabels}
 * @param lastBlade the blade that the Lpar's status names: where the partition was last known to be
 */
public record Wish(
    PartitionIntent intent,
    @Nullable String pin,
    Map<String, String> selector,
    @Nullable String lastBlade) {

  public Wish {
    selector = Map.copyOf(selector);
  }

  /** Whether the placement rules out the blade. */
  boolean excludes(BladeView blade) {
    return (pin != null && !pin.equals(blade.name())) || !selects(blade);
  }

  boolean selects(BladeView blade) {
    return blade.labels().entrySet().containsAll(selector.entrySet());
  }
}
