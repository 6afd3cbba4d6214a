package dev.lpar.agent.execute;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.B;
import static dev.lpar.agent.plan.Intents.C;
import static dev.lpar.agent.plan.Intents.cpu;
import static dev.lpar.agent.plan.Intents.intent;

import dev.lpar.model.CpuSet;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Processors;

/** Partitions that have their CPUs in different ways: A shared, B uncapped, C dedicated. */
final class CpuIntents {
  static final PartitionIntent SHARED = cpu(intent(A), new Processors.Shared(2, 50, true));
  static final PartitionIntent UNCAPPED = cpu(intent(B), new Processors.Shared(2, 25, false));
  static final PartitionIntent DEDICATED = cpu(intent(C), new Processors.Dedicated(2, 1));

  private CpuIntents() {}

  static CpuSet set(String text) {
    return CpuSet.parse(text);
  }
}
