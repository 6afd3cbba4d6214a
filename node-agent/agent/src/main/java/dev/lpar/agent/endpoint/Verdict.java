package dev.lpar.agent.endpoint;

import java.time.Duration;

/** Whether a request is let in, and if not, why. */
sealed interface Verdict {
  record Allowed(String user) implements Verdict {}

  record Unauthenticated(String why) implements Verdict {}

  record TooLong() implements Verdict {}

  record Forbidden(String user) implements Verdict {}

  record Unavailable() implements Verdict {}

  /**
   * How long it holds. A right that is taken away ends within a minute, one that is given begins
   * within ten seconds.
   */
  default Duration lifetime() {
    return switch (this) {
      case Allowed _ -> Duration.ofSeconds(60);
      case Unauthenticated _, Forbidden _ -> Duration.ofSeconds(10);
      case TooLong _, Unavailable _ -> Duration.ZERO;
    };
  }

  /** What a request gets that isn't let in to do this. */
  default Answer refusal(Access access) {
    return switch (this) {
      case Allowed(var user) -> throw new IllegalStateException(user + " is let in");
      case Unauthenticated(var why) -> Answer.text(401, why);
      case TooLong _ ->
          Answer.text(
              431, "the Authorization header is longer than %d".formatted(Credentials.LONGEST));
      case Forbidden(var user) ->
          Answer.text(
              403,
              "%s may not %s: no role that is bound to it allows that"
                  .formatted(user, access.inWords()));
      case Unavailable _ ->
          Answer.text(503, "the API server can't be asked whether you may; try again");
    };
  }
}
