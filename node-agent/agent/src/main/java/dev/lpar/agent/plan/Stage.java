package dev.lpar.agent.plan;

import java.time.Instant;

/**
 * How far a partition's present activation has come. Every stage is written down before the act it
 * announces, so that an agent killed between any two steps finds out what was going on.
 */
public sealed interface Stage {
  /** The unit is about to be started; whether it was isn't known yet. */
  record Starting() implements Stage {}

  /** systemd has started the unit. */
  record Launched() implements Stage {}

  /** QEMU has answered once: from here on its end is a crash or the guest's own doing. */
  record Answered() implements Stage {}

  /**
   * The guest was asked to power off.
   *
   * @param askedAt first press of the power button: the grace period counts from here
   * @param pressedAt last press; a guest still booting misses the first
   */
  record PoweringOff(Instant askedAt, Instant pressedAt) implements Stage {}

  /** Off, as asked. */
  record Off() implements Stage {}

  /** Came to an end without having been asked to. */
  record Ended(Ending how, Instant at, String message) implements Stage {}

  enum Ending {
    GUEST_POWERED_OFF,
    GUEST_PANICKED,
    QEMU_DIED,
    START_FAILED
  }
}
