package dev.lpar.agent.endpoint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Verdicts that still hold. Tokens aren't kept: a verdict is found by a digest of the token and
 * what was asked for. Of more than {@value #MOST} the one goes that wasn't needed for the longest.
 */
final class Verdicts {
  static final int MOST = 256;

  private record Known(Verdict verdict, Instant since) {
    boolean holds(Instant now) {
      return !now.isBefore(since) && now.isBefore(since.plus(verdict.lifetime()));
    }
  }

  private final Map<String, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MOST;
        }
      };

  synchronized Optional<Verdict> find(String key, Instant now) {
    return Optional.ofNullable(known.get(key)).filter(k -> k.holds(now)).map(Known::verdict);
  }

  synchronized void keep(String key, Verdict verdict, Instant now) {
    if (verdict.lifetime().isPositive()) {
      known.put(key, new Known(verdict, now));
    }
  }

  synchronized int size() {
    return known.size();
  }

  /** SHA-256 of both. */
  static String key(Credentials.Token token, Access access) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(token.text().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(access.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
