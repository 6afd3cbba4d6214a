package dev.lpar.agent.host;

import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitTally;
import java.util.HashMap;
import java.util.Map;

/** A counter that a test counts with. */
public final class FakeExits implements ExitCounter {
  public final Map<Long, Map<ExitKey, ExitTally>> exits = new HashMap<>();

  /** Why exits can't be counted; empty when they can. */
  public String refusal = "";

  public long lost;
  public int reads;

  @Override
  public Counts read() {
    reads++;
    if (!refusal.isEmpty()) {
      throw new HostException(refusal);
    }
    var copy = new HashMap<Long, Map<ExitKey, ExitTally>>();
    exits.forEach((pid, tallies) -> copy.put(pid, Map.copyOf(tallies)));
    return new Counts(copy, lost, new Cost(7, 700));
  }

  /** Exits of one kind, with their time, since the guest's start. */
  public void count(long pid, ExitKey key, long count, long nanos) {
    exits
        .computeIfAbsent(pid, _ -> new HashMap<>())
        .put(key, new ExitTally(count, nanos, 0, nanos, new long[ExitTally.BUCKETS]));
  }
}
