package dev.lpar.agent.host;

import static dev.lpar.agent.host.GuestCgroup.BURST;
import static dev.lpar.agent.host.GuestCgroup.CPUS;
import static dev.lpar.agent.host.GuestCgroup.EFFECTIVE_CPUS;
import static dev.lpar.agent.host.GuestCgroup.MAX;
import static dev.lpar.agent.host.GuestCgroup.WEIGHT;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.CpuArrangement.Cap;
import dev.lpar.agent.systemd.TransientUnits;
import dev.lpar.agent.systemd.UnitSpec;
import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings a guest's arrangement about, from whatever there is: nothing, half of it, another one. A
 * thread is never without a CPU: while a group has none of its own, it has those of the group
 * above.
 */
final class GuestArranger {
  private static final String TYPE = "cgroup.type";
  private static final String THREADED = "threaded";
  private static final String CONTROLLERS = "cgroup.subtree_control";
  private static final String THREADS = "cgroup.threads";

  /** New threads come to be beside those that began them: the second pass finds the last ones. */
  private static final int MOST_PASSES = 8;

  private final Affinity affinity;
  private final TransientUnits units;
  private final Isolation isolation;

  GuestArranger(Affinity affinity, TransientUnits units, Isolation isolation) {
    this.affinity = affinity;
    this.units = units;
    this.isolation = isolation;
  }

  void arrange(GuestCgroup guest, QemuThreads qemu, List<Long> vcpus, CpuArrangement wanted)
      throws IOException {
    makeGroups(guest);
    // First, lest the other group be refused CPUs that are still the vCPUs' alone.
    isolation.release(guest, wanted.isolated() ? wanted.vcpus() : CpuSet.EMPTY);
    guest.emulator().set(CPUS, wanted.emulator());
    guest.vcpus().set(CPUS, wanted.vcpus());
    sort(guest, qemu, vcpus);
    cap(guest.vcpus(), wanted.cap());
    if (!guest.unit().read(WEIGHT).orElse("").equals(Integer.toString(wanted.weight()))) {
      units.weigh(UnitSpec.nameOf(guest.id()), wanted.weight());
    }
    if (wanted.isolated()) {
      isolation.isolate(guest, wanted.vcpus());
    }
    pin(guest, qemu, vcpus, wanted.pins());
  }

  /** Threaded groups first: only then may the unit's group, which has processes, control them. */
  private static void makeGroups(GuestCgroup guest) throws IOException {
    for (var group : List.of(guest.emulator(), guest.vcpus())) {
      group.make();
      group.set(TYPE, THREADED);
    }
    var enabled = Arrays.asList(guest.unit().read(CONTROLLERS).orElse("").split(" "));
    if (!enabled.containsAll(List.of("cpu", "cpuset"))) {
      guest.unit().write(CONTROLLERS, "+cpu +cpuset");
    }
  }

  private void sort(GuestCgroup guest, QemuThreads qemu, List<Long> vcpus) throws IOException {
    var ofVcpus = new HashSet<>(vcpus);
    for (int pass = 0; pass < MOST_PASSES && sortOnce(guest, qemu, ofVcpus); pass++) {}
  }

  /** Returns whether a thread had to be moved. */
  private boolean sortOnce(GuestCgroup guest, QemuThreads qemu, Set<Long> vcpus)
      throws IOException {
    var inEmulator = guest.emulator().threads();
    var inVcpus = guest.vcpus().threads();
    boolean moved = false;
    for (long thread : qemu.all()) {
      boolean vcpu = vcpus.contains(thread);
      if (!(vcpu ? inVcpus : inEmulator).contains(thread)) {
        moved = true;
        move(thread, vcpu ? guest.vcpus() : guest.emulator(), qemu);
        if (inVcpus.contains(thread)) {
          unpin(thread);
        }
      }
    }
    return moved;
  }

  private static void move(long thread, Cgroup group, QemuThreads qemu) throws IOException {
    try {
      group.write(THREADS, Long.toString(thread));
    } catch (IOException e) {
      if (qemu.has(thread)) {
        throw e;
      }
    }
  }

  /** A vCPU's thread hands its affinity down to those that it begins. */
  private void unpin(long thread) {
    try {
      affinity.clear(thread);
    } catch (IOException e) {
      // It has ended, or is a worker of the kernel that goes where its group goes.
      return;
    }
  }

  private static void cap(Cgroup vcpus, @Nullable Cap cap) throws IOException {
    var present = vcpus.read(MAX).orElse("");
    if (cap == null) {
      if (!present.startsWith("max")) {
        vcpus.write(MAX, "max");
      }
      return;
    }
    var wanted = micros(cap.quota()) + " " + micros(cap.period());
    if (!present.equals(wanted)) {
      // The kernel takes no quota that is less than the burst.
      vcpus.set(BURST, "0");
      vcpus.write(MAX, wanted);
    }
    vcpus.set(BURST, micros(cap.burst()));
  }

  private static String micros(Duration time) {
    return Long.toString(time.toNanos() / 1000);
  }

  private void pin(GuestCgroup guest, QemuThreads qemu, List<Long> vcpus, List<Integer> pins)
      throws IOException {
    var all = guest.vcpus().cpus(EFFECTIVE_CPUS).orElse(CpuSet.EMPTY);
    for (int i = 0; i < vcpus.size(); i++) {
      long thread = vcpus.get(i);
      try {
        if (i < pins.size()) {
          if (!affinity.of(thread).equals(CpuSet.of(pins.get(i)))) {
            affinity.pin(thread, pins.get(i));
          }
        } else if (!affinity.of(thread).equals(all)) {
          affinity.clear(thread);
        }
      } catch (IOException e) {
        if (qemu.has(thread)) {
          throw e;
        }
      }
    }
  }
}
