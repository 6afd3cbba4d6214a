package dev.lpar.agent.observe;

import dev.lpar.agent.host.ExitCounter;
import dev.lpar.agent.host.ExitCounter.Counts;
import dev.lpar.agent.host.HostException;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.agent.plan.ObservedExits;
import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.WatchedCpus;
import dev.lpar.agent.vmexit.ExitAccount;
import dev.lpar.agent.vmexit.ExitAccount.Sample;
import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.ExitSource;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.GuestExits;
import dev.lpar.model.LparId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Follows the guests' VM exits. Used by one thread. */
final class ExitWatch {
  private static final System.Logger LOG = System.getLogger(ExitWatch.class.getName());

  /** Shortest interval that is told of. The counter is read no more often. */
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final ExitCounter counter;
  private final InstantSource clock;
  private final Map<LparId, Watched> watched = new HashMap<>();
  private final Map<LparId, GuestExits> seen = new HashMap<>();
  private @Nullable Counts counts;
  private @Nullable String unavailable;
  private Instant readAt = Instant.MIN;

  ExitWatch(ExitCounter counter, InstantSource clock) {
    this.counter = counter;
    this.clock = clock;
  }

  /** One QEMU process. */
  private static final class Watched {
    private final long pid;
    private final ExitAccount account = new ExitAccount(INTERVAL);
    private @Nullable RunState state;

    Watched(long pid) {
      this.pid = pid;
    }

    /** Whether it runs, or stands still, otherwise than at the last look. */
    boolean turned(@Nullable Guest guest) {
      var before = state;
      if (guest instanceof Guest.Answering answer) {
        state = answer.state();
      }
      return state != before;
    }
  }

  /** Whether exits are told by KVM's statistics, for want of the counter. */
  boolean needsStatistics() {
    return unavailable != null;
  }

  /**
   * @param live pids of the guests
   */
  ObservedExits look(
      Map<LparId, Long> live, Map<LparId, Guest> guests, Map<LparId, WatchedCpus> cpus) {
    watched.keySet().retainAll(live.keySet());
    boolean due = false;
    for (var guest : live.entrySet()) {
      var known = watched.get(guest.getKey());
      if (known == null || known.pid != guest.getValue()) {
        known = new Watched(guest.getValue());
        watched.put(guest.getKey(), known);
        due = true;
      }
      // What is told with a change is to be the figures up to it.
      due |= known.turned(guests.get(guest.getKey()));
    }
    if (due || !clock.instant().isBefore(readAt.plus(INTERVAL))) {
      read();
      seen.clear();
      watched.forEach(
          (id, guest) ->
              exits(guest.pid, guests.get(id))
                  .map(exits -> guest.account.after(sample(exits, cpus.get(id))))
                  .ifPresent(exits -> seen.put(id, exits)));
    }
    seen.keySet().retainAll(live.keySet());
    return new ObservedExits(unavailable, counts == null ? 0 : counts.lost(), cost(), seen);
  }

  private void read() {
    readAt = clock.instant();
    try {
      counts = counter.read();
      unavailable = null;
    } catch (HostException e) {
      counts = null;
      if (!Objects.equals(unavailable, e.getMessage())) {
        LOG.log(Level.WARNING, "VM exits are told by KVM''s statistics alone: {0}", e.getMessage());
      }
      unavailable = e.getMessage();
    }
  }

  private ObservedExits.@Nullable Cost cost() {
    var cost = counts == null ? null : counts.cost();
    return cost == null
        ? null
        : new ObservedExits.Cost(cost.runs(), Duration.ofNanos(cost.nanos()));
  }

  private record Exits(ExitSource source, Map<ExitFactor, ExitTally> byFactor) {}

  private Optional<Exits> exits(long pid, @Nullable Guest guest) {
    if (counts != null) {
      return Optional.ofNullable(counts.exits().get(pid))
          .map(exits -> new Exits(ExitSource.BPF, ExitAccount.byFactor(exits)));
    }
    return guest instanceof Guest.Answering(_, var statistics, _, _)
        ? ExitAccount.byFactorOfStatistics(statistics)
            .map(exits -> new Exits(ExitSource.KVM_STATISTICS, exits))
        : Optional.empty();
  }

  private Sample sample(Exits exits, @Nullable WatchedCpus cpus) {
    var used = cpus == null ? null : cpus.now().sample();
    return new Sample(
        used == null ? Duration.between(Instant.EPOCH, readAt) : used.at(),
        exits.source,
        exits.byFactor,
        used == null ? null : sum(used, VcpuTime::ran),
        used == null ? Duration.ZERO : sum(used, VcpuTime::waited));
  }

  private static Duration sum(GuestCpus.Sample used, Function<VcpuTime, Duration> time) {
    return used.vcpus().stream().map(time).reduce(Duration.ZERO, Duration::plus);
  }
}
