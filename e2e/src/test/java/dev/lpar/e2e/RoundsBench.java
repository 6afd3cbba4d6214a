package dev.lpar.e2e;

import java.time.Duration;
import java.time.Instant;

/** Two hundred claims and releases of a device, which must leave nothing behind. */
final class RoundsBench {
  private static final int ROUNDS = 200;

  private RoundsBench() {}

  public static void main(String[] arguments) {
    try (var _ = Lab.CLIENT) {
      var start = Instant.now();
      ClaimRounds.run(ROUNDS);
      System.out.printf(
          "%d rounds in %d s: no driver, override, group, open file or use of VFIO is left over%n",
          ROUNDS, Duration.between(start, Instant.now()).toSeconds());
    }
  }
}
