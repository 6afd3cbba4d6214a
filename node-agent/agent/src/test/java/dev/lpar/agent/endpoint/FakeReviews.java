package dev.lpar.agent.endpoint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A cluster of which a test says who is who and who may what. */
public final class FakeReviews implements Reviews {
  /** Tokens and their users' names. */
  public final Map<String, String> users = new HashMap<>();

  /** What each user may do. */
  public final Map<String, Set<Access>> rights = new HashMap<>();

  /** Why the cluster can't be asked; empty when it can. */
  public volatile String outage = "";

  /** How often it was asked for a token. */
  public volatile int asked;

  @Override
  public synchronized Optional<Caller> authenticate(String token) throws UnavailableException {
    asked++;
    if (!outage.isEmpty()) {
      throw new UnavailableException(outage);
    }
    return Optional.ofNullable(users.get(token))
        .map(name -> new Caller(name, "", List.of(), Map.of()));
  }

  @Override
  public synchronized boolean allows(Caller caller, Access access) {
    return rights.getOrDefault(caller.name(), Set.of()).contains(access);
  }
}
