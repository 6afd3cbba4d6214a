package dev.lpar.operator.plan;

import java.time.Duration;
import java.time.Instant;

/**
 * What the operator knows of a blade's life.
 *
 * @param hasNode whether the Node exists and carries the blade label
 * @param vacant whether no partition is assigned and none is reported
 * @param declaredSilent whether the condition Ready says AgentSilent already
 * @param lastSign when the agent's Lease was last seen renewed
 * @param patience how long the Lease lasts without being renewed
 */
public record BladeWatch(
    String name,
    boolean hasNode,
    boolean vacant,
    boolean declaredSilent,
    Instant lastSign,
    Duration patience) {

  /** What is to be done about a blade. */
  public sealed interface Step {
    /** Nothing is left of it: the object goes. */
    record Retire() implements Step {}

    /** Ready becomes Unknown; nothing is moved or stopped. */
    record DeclareSilent(String message) implements Step {}

    /** The Lease could run out then. */
    record LookAgain(Duration after) implements Step {}

    /** Nothing until something changes. */
    record Rest() implements Step {}
  }

  /**
   * @param now the present time
   */
  public Step next(Instant now) {
    if (!hasNode && vacant) {
      return new Step.Retire();
    }
    if (declaredSilent) {
      return new Step.Rest();
    }
    var deadline = lastSign.plus(patience);
    return now.isBefore(deadline)
        ? new Step.LookAgain(Duration.between(now, deadline))
        : new Step.DeclareSilent(
            "no sign of life from the blade's agent for %d s%s"
                .formatted(
                    patience.toSeconds(),
                    hasNode ? "" : ", and the Node %s is gone or unlabelled".formatted(name)));
  }
}
