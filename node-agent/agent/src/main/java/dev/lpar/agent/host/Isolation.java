package dev.lpar.agent.host;

import static dev.lpar.agent.host.GuestCgroup.CPUS;
import static dev.lpar.agent.host.GuestCgroup.EXCLUSIVE_CPUS;
import static dev.lpar.agent.host.GuestCgroup.PARTITION;

import dev.lpar.agent.systemd.UnitSpec;
import dev.lpar.model.CpuSet;
import dev.lpar.model.LparId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the CPUs of guests from everything else on the blade: the vCPUs' group is a remote,
 * isolated cpuset partition (Documentation/admin-guide/cgroup-v2.rst, cpuset.cpus.partition). What
 * such a group is to have, each group above it must have been given, in {@code
 * cpuset.cpus.exclusive}; the guests' slice has that of all of them.
 */
final class Isolation {
  private static final String ISOLATED = "isolated";
  private static final String INVALID = "isolated invalid";
  private static final String MEMBER = "member";

  /** How long the kernel is left alone after it refused: what stood against it may have passed. */
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final Cgroup slice;
  private final LongSupplier nanos;

  /** What the kernel said to a write, which leaves no trace in the group. */
  private final Map<LparId, String> refusals = new ConcurrentHashMap<>();

  /** When it was last tried. */
  private final Map<LparId, Long> tried = new ConcurrentHashMap<>();

  /**
   * @param nanos a clock that only goes forward
   */
  Isolation(Cgroup root, LongSupplier nanos) {
    this.slice = root.child(UnitSpec.SLICE);
    this.nanos = nanos;
  }

  /** Takes back from the slice what was needed by units that have ended. */
  synchronized void settle() {
    refusals.keySet().removeIf(this::hasEnded);
    tried.keySet().removeIf(this::hasEnded);
    try {
      give(CpuSet.EMPTY);
    } catch (IOException e) {
      // What the slice has in excess is nobody's until a group below has it, too. The next look
      // tries again.
      return;
    }
  }

  private boolean hasEnded(LparId id) {
    return !slice.child(UnitSpec.nameOf(id)).exists();
  }

  /**
   * Whether the vCPUs' CPUs were to be isolated, be it that the kernel refused: {@link #problem}
   * says.
   */
  boolean isAsked(GuestCgroup guest) {
    return state(guest).startsWith(ISOLATED) || refusals.containsKey(guest.id());
  }

  /** Why the vCPUs' CPUs aren't isolated although they were to be, or null. */
  @Nullable String problem(GuestCgroup guest) {
    var state = state(guest);
    return state.startsWith(INVALID)
        ? state.substring(INVALID.length()).replaceFirst("^ \\((.*)\\)$", "$1").strip()
        : refusals.get(guest.id());
  }

  /** Has the guest's vCPUs alone on their CPUs, or remembers why the kernel doesn't do it. */
  synchronized void isolate(GuestCgroup guest, CpuSet cpus) {
    tried.put(guest.id(), nanos.getAsLong());
    try {
      give(cpus);
      guest.unit().set(EXCLUSIVE_CPUS, cpus);
      guest.vcpus().set(EXCLUSIVE_CPUS, cpus);
      // Written also when it is invalid: the kernel tries anew.
      guest.vcpus().set(PARTITION, ISOLATED);
      refusals.remove(guest.id());
    } catch (IOException e) {
      if (guest.exists()) {
        refusals.put(guest.id(), refusal(e));
      }
    }
  }

  /** Asks the kernel once more where it refused, unless it was asked just now. */
  synchronized void tryAgain(GuestCgroup guest) {
    var last = tried.get(guest.id());
    boolean rests = last != null && nanos.getAsLong() - last < PAUSE.toNanos();
    if (!rests && problem(guest) != null) {
      isolate(guest, guest.vcpus().cpus(CPUS).orElse(CpuSet.EMPTY));
    }
  }

  /** Gives back what the guest has, unless it is just this. */
  synchronized void release(GuestCgroup guest, CpuSet unless) throws IOException {
    var present = guest.vcpus().cpus(EXCLUSIVE_CPUS).orElse(CpuSet.EMPTY);
    if (!unless.isEmpty() && present.equals(unless)) {
      return;
    }
    refusals.remove(guest.id());
    if (!state(guest).equals(MEMBER)) {
      guest.vcpus().write(PARTITION, MEMBER);
    }
    if (!present.isEmpty()) {
      guest.vcpus().set(EXCLUSIVE_CPUS, CpuSet.EMPTY);
    }
    if (!guest.unit().cpus(EXCLUSIVE_CPUS).orElse(CpuSet.EMPTY).isEmpty()) {
      guest.unit().set(EXCLUSIVE_CPUS, CpuSet.EMPTY);
      give(CpuSet.EMPTY);
    }
  }

  /** Gives the slice what its units have, and these. */
  private void give(CpuSet besides) throws IOException {
    var needed =
        slice.children(UnitSpec.PATTERN).stream()
            .flatMap(unit -> unit.cpus(EXCLUSIVE_CPUS).stream())
            .reduce(besides, CpuSet::union);
    if (!slice.cpus(EXCLUSIVE_CPUS).orElse(CpuSet.EMPTY).equals(needed)) {
      slice.set(EXCLUSIVE_CPUS, needed);
    }
  }

  private static String state(GuestCgroup guest) {
    return guest.vcpus().read(PARTITION).orElse(MEMBER);
  }

  private static String refusal(IOException e) {
    return e.getCause() instanceof NoSuchFileException
        ? "the blade's kernel has no remote cpuset partitions: Linux 6.7 is the first that has"
        : String.valueOf(e.getMessage());
  }
}
