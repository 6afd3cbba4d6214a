package dev.lpar.agent.endpoint;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a request's {@code Authorization} header holds (RFC 6750, section 2.1). */
sealed interface Credentials {
  /** Longest header, in characters. Tokens of service accounts have about 1,000. */
  int LONGEST = 16 * 1024;

  Pattern BEARER = Pattern.compile("(?i:bearer) +([A-Za-z0-9._~+/-]++=*+) *");

  /** A token, of which nothing is checked yet. */
  record Token(String text) implements Credentials {
    @Override
    public String toString() {
      return "Token[hidden]";
    }
  }

  record Missing() implements Credentials {}

  record Malformed() implements Credentials {}

  record TooLong() implements Credentials {}

  /**
   * @param headers all values of the header; null if there is none
   */
  static Credentials parse(@Nullable List<String> headers) {
    if (headers == null || headers.isEmpty()) {
      return new Missing();
    }
    if (headers.stream().mapToInt(String::length).sum() > LONGEST) {
      return new TooLong();
    }
    var match = BEARER.matcher(headers.getFirst());
    return headers.size() == 1 && match.matches() ? new Token(match.group(1)) : new Malformed();
  }
}
