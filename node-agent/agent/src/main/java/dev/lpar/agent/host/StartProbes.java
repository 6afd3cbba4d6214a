package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedPartition.StartConditions;
import dev.lpar.model.PartitionIntent;

/** Looks at what a start would find. Changes nothing. */
public interface StartProbes {
  StartConditions conditions(PartitionIntent intent);
}
