package dev.lpar.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.operator.plan.BladeWatch.Step;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BladeWatchTest {
  private static final Instant SIGN = Instant.parse("2026-01-01T00:00:00Z");

  private static Step next(boolean hasNode, boolean vacant, boolean declaredSilent, int seconds) {
    return new BladeWatch("a", hasNode, vacant, declaredSilent, SIGN, Duration.ofSeconds(40))
        .next(SIGN.plusSeconds(seconds));
  }

  @Test
  void itLooksAgainWhenTheLeaseCouldRunOut() {
    assertEquals(new Step.LookAgain(Duration.ofSeconds(30)), next(true, false, false, 10));
  }

  @Test
  void anAgentWhoseLeaseRanOutIsSilent() {
    assertEquals(
        new Step.DeclareSilent("no sign of life from the blade's agent for 40 s"),
        next(true, false, false, 40));
    assertEquals(
        new Step.DeclareSilent(
            "no sign of life from the blade's agent for 40 s, and the Node a is gone or unlabelled"),
        next(false, false, false, 41));
  }

  @Test
  void silenceIsDeclaredOnce() {
    assertEquals(new Step.Rest(), next(true, false, true, 400));
  }

  @Test
  void aBladeGoesWithItsNodeOnceItIsVacant() {
    assertEquals(new Step.Retire(), next(false, true, false, 1));
    assertEquals(new Step.Retire(), next(false, true, true, 400));
    assertEquals(new Step.LookAgain(Duration.ofSeconds(39)), next(false, false, false, 1));
    assertEquals(new Step.LookAgain(Duration.ofSeconds(39)), next(true, true, false, 1));
  }
}
