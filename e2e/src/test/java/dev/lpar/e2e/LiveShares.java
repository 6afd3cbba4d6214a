package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;
import static dev.lpar.e2e.ShareCase.member;

import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.e2e.CpuMeter.Look;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A ratio that changes while both partitions spin, and a dedicated partition that takes a CPU from
 * the shared ones: how long until the new split holds, on the blade's clock, and whether the guest
 * ran on.
 */
final class LiveShares {
  private static final int BEFORE = 10;
  private static final int AFTER = 40;
  private static final double GOAL_SECONDS = 2;
  private static final int LOOKS = 250;
  private static final double INTERVAL_SECONDS = 0.1;

  /** The share over a second is within two points, then and ever after. */
  private static final double NEAR = 2;

  private static final double MICROS = 1e6;

  private final SharedGuests guests;
  private final int shared;

  LiveShares(SharedGuests guests, int shared) {
    this.guests = guests;
    this.shared = shared;
  }

  void run() {
    var before =
        new ShareCase("live", List.of(member(0, BEFORE, true), member(1, 100 - AFTER, false)));
    guests.become(before);
    var partition = guests.partition(before.members().getFirst());
    var pids = Lab.qemuPids(partition.get());
    double uptime = uptime(partition);
    var id = id(partition.get());
    // Not in the common pool, which the cluster's client lives on and which has one thread here.
    var looks = CompletableFuture.supplyAsync(() -> looks(id), Thread::startVirtualThread);
    onBlade("sleep 2");
    double asked = 1e6 * Double.parseDouble(onBlade("cut -d' ' -f1 /proc/uptime"));
    guests.apply(before.with(member(0, AFTER, true)));
    double seconds = (holdsFrom(looks.join()) - asked) / MICROS;
    boolean unbroken = pids.equals(Lab.qemuPids(partition.get())) && uptime(partition) > uptime;
    System.out.printf(
        "%nratio %d -> %d while both spin: the new split holds after %.1f s (goal: %.0f s: %s); the guest's uptime is %s%n",
        BEFORE,
        AFTER,
        seconds,
        GOAL_SECONDS,
        seconds <= GOAL_SECONDS ? "met" : "MISSED",
        unbroken ? "unbroken" : "BROKEN");
    dedicate(id);
    guests.deleteAll();
  }

  private void dedicate(String id) {
    var own =
        Partition.apply(
            smallGuest("shares-own", "", "")
                .replace("mode: Shared, serviceRatio: 10", "mode: Dedicated")
                .replace("graceSeconds: 60", "graceSeconds: 0"));
    own.awaitPhase(Phase.RUNNING);
    int left = SharedGuests.sharedCpus();
    var controls =
        await(
            "the cap follows",
            () -> SharedGuests.controls(id),
            found -> SharedGuests.isCap(found, AFTER, left));
    var used = CpuMeter.cpus(onBlade("sleep 2\n" + CpuMeter.command(List.of(id), 10)), 1);
    System.out.printf(
        "a dedicated partition took %d of %d shared CPUs: cpu.max of %d%% capped is now %s, achieved %.2f%% of %d CPUs%n",
        shared - left,
        shared,
        AFTER,
        String.join(" ", controls.subList(1, 3)),
        100 * used.getFirst() / left,
        left);
    own.delete();
  }

  private static double uptime(Partition partition) {
    return Double.parseDouble(partition.inGuest("cut -d' ' -f1 /proc/uptime").strip());
  }

  private static List<Look> looks(String id) {
    return CpuMeter.looks(onBlade(CpuMeter.command(List.of(id), LOOKS, INTERVAL_SECONDS)));
  }

  /** From when on every second that follows has the new share. */
  private long holdsFrom(List<Look> looks) {
    long from = Long.MAX_VALUE;
    for (int i = looks.size() - 1; i >= 0; i--) {
      var start = looks.get(i);
      var later = looks.stream().filter(look -> look.at() >= start.at() + MICROS).findFirst();
      if (later.isEmpty()) {
        continue;
      }
      double cpus = start.cpusUntil(later.get());
      if (Math.abs(100 * cpus / shared - AFTER) > NEAR) {
        break;
      }
      from = start.at();
    }
    if (from == Long.MAX_VALUE) {
      throw new AssertionError("the new split never held: " + looks);
    }
    return from;
  }
}
