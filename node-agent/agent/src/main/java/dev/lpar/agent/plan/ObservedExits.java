package dev.lpar.agent.plan;

import dev.lpar.agent.vmexit.GuestExits;
import dev.lpar.model.LparId;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * VM exits of the blade's guests.
 *
 * @param unavailable why the counter can't be had, and exits are told by KVM's statistics; or null
 * @param lost exits, of any guest, that there was no room to count
 * @param cost of counting; null where the kernel doesn't tell
 */
public record ObservedExits(
    @Nullable String unavailable, long lost, @Nullable Cost cost, Map<LparId, GuestExits> guests) {

  public ObservedExits {
    guests = Map.copyOf(guests);
  }

  /** What the counter's programs took of the blade's CPUs, since they were attached. */
  public record Cost(long runs, Duration time) {}
}
