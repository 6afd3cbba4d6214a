package dev.lpar.operator.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;

/** What is to be done about a partition's place: a write to one Blade, or nothing. */
public sealed interface PlacementPlan {

  /** A change of one Blade's {@code spec.partitions}; afterwards one plans again. */
  sealed interface Write extends PlacementPlan {
    String blade();
  }

  /** Adds the partition to the blade, or replaces what the blade was told of it. */
  record Assign(String blade, PartitionIntent intent) implements Write {}

  /** Takes the partition off the blade. */
  record Withdraw(String blade, LparId id) implements Write {}

  /** How things stand: nothing to write now. */
  sealed interface Standing extends PlacementPlan {}

  /** On its blade, which was told {@code assigned}. */
  record Settled(String blade, PartitionIntent assigned, Change change) implements Standing {}

  /** Taken off the blade, which has yet to report it gone; until then it gets no other place. */
  record Leaving(String blade) implements Standing {}

  /** The object of the blade that had the partition is gone, so nobody can say whether it runs. */
  record BladeLost(String blade) implements Standing {}

  /** On no blade, and none takes it. */
  record NoPlace(LparReason reason, String message) implements Standing {}

  /** On no blade, and nothing of it is left on one: all that a deletion waits for. */
  record Gone() implements Standing {}

  /** What of the present spec isn't followed where the partition is. */
  sealed interface Change {
    record None() implements Change {}

    /** The blade hasn't the room: the former generation stays in force. */
    record Refused(String message) implements Change {}

    /** {@code placement} rules the present blade out; the partition moves when it is stopped. */
    record MoveWhenStopped() implements Change {}
  }
}
