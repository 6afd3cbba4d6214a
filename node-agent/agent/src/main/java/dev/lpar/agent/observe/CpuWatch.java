package dev.lpar.agent.observe;

import dev.lpar.agent.host.Cpus;
import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.CpuUse;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.agent.plan.GuestCpus.Stray;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.agent.plan.HeldDevice;
import dev.lpar.agent.plan.ObservedCpus.Interrupt;
import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.WatchedCpus;
import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks at the guests' CPUs, and keeps what one look alone doesn't tell. Used by one thread. */
final class CpuWatch {
  /** Shortest interval that use is told of: long beside a look, and beside the cap's period. */
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** How long a disturbance is told of after it was put right: nobody would see it otherwise. */
  private static final Duration REMEMBERED = Duration.ofSeconds(30);

  private final Cpus cpus;
  private final InstantSource clock;
  private final Map<LparId, Watched> watched = new HashMap<>();

  CpuWatch(Cpus cpus, InstantSource clock) {
    this.cpus = cpus;
    this.clock = clock;
  }

  /**
   * @param live pids of the guests
   * @param interrupts of the blade
   * @param held PCI functions, by the guest that they are for
   */
  Map<LparId, WatchedCpus> look(
      Map<LparId, Long> live,
      Map<LparId, Guest> guests,
      List<Interrupt> interrupts,
      Map<PciAddress, HeldDevice> held) {
    watched.keySet().retainAll(live.keySet());
    var seen = new HashMap<LparId, WatchedCpus>();
    live.forEach(
        (id, pid) -> {
          var known = watched.get(id);
          if (known == null || known.pid != pid) {
            known = new Watched(pid);
            watched.put(id, known);
          }
          if (guests.get(id) instanceof Guest.Answering(var state, _, _, var threads)) {
            known.threads = threads;
            known.runs = state == RunState.RUNNING;
          }
          var found = cpus.guest(id, pid, known.threads);
          var others =
              interrupts.stream().filter(interrupt -> !isOf(id, interrupt.device(), held)).toList();
          seen.put(id, known.after(found, outOfPlace(found, others), clock.instant()));
        });
    return seen;
  }

  private static boolean isOf(
      LparId id, @Nullable PciAddress device, Map<PciAddress, HeldDevice> held) {
    var entry = device == null ? null : held.get(device);
    return entry != null && id.equals(entry.partition());
  }

  /** In words: what isn't where the guest's arrangement has it, or is where it alone is to be. */
  private static List<String> outOfPlace(GuestCpus found, List<Interrupt> others) {
    // QEMU's and KVM's other threads come and go beside the vCPUs: they are moved without a word.
    var words =
        new ArrayList<>(found.strays().stream().filter(Stray::vcpu).map(Stray::words).toList());
    var arrangement = found.arrangement();
    if (arrangement == null || !arrangement.isolated()) {
      return words;
    }
    for (var interrupt : others) {
      var common = interrupt.cpus().intersect(arrangement.vcpus());
      if (!common.isEmpty()) {
        words.add(
            "interrupt %d (%s) may come to %s"
                .formatted(interrupt.number(), interrupt.name(), common));
      }
    }
    if (found.notIsolated() != null) {
      words.add("the kernel doesn't keep everything else off its CPUs: " + found.notIsolated());
    }
    return words;
  }

  /** One QEMU process. */
  private static final class Watched {
    private final long pid;
    private List<Long> threads = List.of();
    private @Nullable CpuArrangement settled;
    private @Nullable Sample base;
    private @Nullable CpuUse use;
    private List<String> disturbances = List.of();
    private Instant disturbedAt = Instant.MIN;
    private boolean runs;

    Watched(long pid) {
      this.pid = pid;
    }

    WatchedCpus after(GuestCpus now, List<String> outOfPlace, Instant at) {
      var found = now.arrangement();
      boolean same = settled != null && found != null && settled.hasControlsOf(found);
      if (same && runs && !outOfPlace.isEmpty()) {
        disturbances = outOfPlace;
        disturbedAt = at;
      } else if (at.isAfter(disturbedAt.plus(REMEMBERED))) {
        disturbances = List.of();
      }
      if (!same) {
        settled = now.strays().isEmpty() ? found : null;
        base = null;
        use = null;
      }
      measure(now.sample());
      return new WatchedCpus(now, use, disturbances);
    }

    private void measure(@Nullable Sample sample) {
      var since = base;
      if (sample == null || since == null || since.vcpus().size() != sample.vcpus().size()) {
        base = sample;
      } else if (sample.at().minus(since.at()).compareTo(INTERVAL) >= 0) {
        use = between(since, sample);
        base = sample;
      }
    }

    private static CpuUse between(Sample since, Sample now) {
      var vcpus = new ArrayList<VcpuTime>();
      for (int i = 0; i < now.vcpus().size(); i++) {
        var before = since.vcpus().get(i);
        var after = now.vcpus().get(i);
        vcpus.add(
            new VcpuTime(grown(before.ran(), after.ran()), grown(before.waited(), after.waited())));
      }
      return new CpuUse(
          now.at().minus(since.at()), vcpus, grown(since.throttled(), now.throttled()));
    }

    /** A counter that went back has begun anew. */
    private static Duration grown(Duration before, Duration after) {
      return after.compareTo(before) < 0 ? after : after.minus(before);
    }
  }
}
