package dev.lpar.agent.observe;

import dev.lpar.agent.host.Guests;
import dev.lpar.agent.host.HostException;
import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.model.LparId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks every guest's QEMU, all at once, and waits only a moment: one that hangs is seen as silent
 * and holds up nothing. Used by one thread.
 */
final class GuestWatch {
  /** How long one round of asking may take altogether. */
  private static final Duration ROUND = Duration.ofMillis(800);

  private final Guests guests;
  private final InstantSource clock;
  private final ExecutorService looks = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<LparId, Watched> watched = new HashMap<>();

  GuestWatch(Guests guests, InstantSource clock) {
    this.guests = guests;
    this.clock = clock;
  }

  /**
   * @param live pids of the guests to ask: another pid is another guest, counted anew
   * @param withStatistics whether KVM's statistics are asked for too
   */
  Map<LparId, Guest> look(Map<LparId, Long> live, boolean withStatistics) {
    watched.keySet().retainAll(live.keySet());
    live.forEach(
        (id, pid) -> {
          var known = watched.get(id);
          if (known == null || known.pid != pid) {
            watched.put(id, new Watched(id, pid));
          }
        });
    watched.values().forEach(guest -> guest.ask(withStatistics));
    var deadline = clock.instant().plus(ROUND);
    var seen = new HashMap<LparId, Guest>();
    watched.forEach((id, guest) -> seen.put(id, guest.seen(deadline)));
    return seen;
  }

  /** One QEMU process. */
  private final class Watched {
    private final LparId id;
    private final long pid;
    private @Nullable Future<Guests.Look> asked;
    private @Nullable Instant silentSince;
    private List<Long> threads = List.of();

    Watched(LparId id, long pid) {
      this.id = id;
      this.pid = pid;
    }

    void ask(boolean withStatistics) {
      if (asked == null) {
        asked = looks.submit(() -> guests.look(id, withStatistics));
      }
    }

    Guest seen(Instant deadline) {
      var now = clock.instant();
      var pending = asked;
      if (pending == null) {
        return silent(now);
      }
      try {
        var look =
            pending.get(
                Math.max(0, Duration.between(now, deadline).toMillis()), TimeUnit.MILLISECONDS);
        asked = null;
        silentSince = null;
        threads = look.vcpuThreads();
        return new Guest.Answering(
            look.state(), look.statistics(), look.devices(), look.vcpuThreads());
      } catch (TimeoutException e) {
        return silent(now);
      } catch (ExecutionException e) {
        asked = null;
        if (e.getCause() instanceof HostException) {
          return silent(now);
        }
        throw new IllegalStateException("looking at the guest " + id + " failed", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return silent(now);
      }
    }

    private Guest silent(Instant now) {
      if (silentSince == null) {
        silentSince = now;
      }
      return new Guest.Silent(silentSince, threads);
    }
  }
}
