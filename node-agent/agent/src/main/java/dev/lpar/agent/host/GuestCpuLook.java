package dev.lpar.agent.host;

import static dev.lpar.agent.host.GuestCgroup.BURST;
import static dev.lpar.agent.host.GuestCgroup.CPUS;
import static dev.lpar.agent.host.GuestCgroup.EFFECTIVE_CPUS;
import static dev.lpar.agent.host.GuestCgroup.MAX;
import static dev.lpar.agent.host.GuestCgroup.WEIGHT;

import dev.lpar.agent.plan.CpuArrangement;
import dev.lpar.agent.plan.CpuArrangement.Cap;
import dev.lpar.agent.plan.GuestCpus;
import dev.lpar.agent.plan.GuestCpus.Sample;
import dev.lpar.agent.plan.GuestCpus.Stray;
import dev.lpar.agent.plan.GuestCpus.VcpuTime;
import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One look at how a guest has its CPUs. */
final class GuestCpuLook {
  private static final Pattern THROTTLED = Pattern.compile("(?m)^throttled_usec ([0-9]+)$");

  /** The kernel's, for a group whose file isn't there (sched.h, CGROUP_WEIGHT_DFL). */
  private static final int DEFAULT_WEIGHT = 100;

  private final Affinity affinity;
  private final Isolation isolation;
  private final LongSupplier nanos;

  GuestCpuLook(Affinity affinity, Isolation isolation, LongSupplier nanos) {
    this.affinity = affinity;
    this.isolation = isolation;
    this.nanos = nanos;
  }

  GuestCpus look(GuestCgroup guest, QemuThreads qemu, List<Long> vcpus) {
    var sample = sample(guest, qemu, vcpus);
    var emulator = guest.emulator().cpus(CPUS);
    var own = guest.vcpus().cpus(CPUS);
    if (emulator.isEmpty() || own.isEmpty()) {
      return new GuestCpus(null, List.of(), null, sample);
    }
    boolean isolated = isolation.isAsked(guest);
    var pins = isolated ? pins(vcpus) : List.<Integer>of();
    var arrangement =
        new CpuArrangement(
            guest.unit().read(WEIGHT).map(Integer::parseInt).orElse(DEFAULT_WEIGHT),
            emulator.get(),
            own.get(),
            isolated,
            guest.vcpus().read(MAX).flatMap(max -> cap(max, guest.vcpus())).orElse(null),
            pins);
    return new GuestCpus(
        arrangement, strays(guest, qemu, vcpus, arrangement), isolation.problem(guest), sample);
  }

  /** The CPU of each; none, when one of them may run on several. */
  private List<Integer> pins(List<Long> vcpus) {
    var pins = new ArrayList<Integer>();
    for (long thread : vcpus) {
      affinity(thread)
          .filter(cpus -> cpus.size() == 1)
          .ifPresent(cpus -> cpus.stream().forEach(pins::add));
    }
    return pins.size() == vcpus.size() ? pins : List.of();
  }

  private List<Stray> strays(
      GuestCgroup guest, QemuThreads qemu, List<Long> vcpus, CpuArrangement arrangement) {
    var inEmulator = guest.emulator().threads();
    var inVcpus = guest.vcpus().threads();
    var floating =
        arrangement.pins().isEmpty() ? guest.vcpus().cpus(EFFECTIVE_CPUS).orElse(null) : null;
    var strays = new ArrayList<Stray>();
    for (long thread : qemu.all()) {
      boolean vcpu = vcpus.contains(thread);
      if (!(vcpu ? inVcpus : inEmulator).contains(thread)) {
        add(
            strays,
            qemu,
            thread,
            vcpu,
            "isn't in the control group " + (vcpu ? GuestCgroup.VCPUS : GuestCgroup.EMULATOR));
        continue;
      }
      var group = vcpu ? arrangement.vcpus() : arrangement.emulator();
      affinity(thread)
          .filter(cpus -> !cpus.minus(group).isEmpty() || narrower(vcpu, cpus, floating))
          .ifPresent(cpus -> add(strays, qemu, thread, vcpu, "may run on " + cpus));
    }
    return strays;
  }

  /** Whether somebody keeps a floating vCPU to a part of the CPUs that it is to float on. */
  private static boolean narrower(boolean vcpu, CpuSet cpus, @Nullable CpuSet floating) {
    return vcpu && floating != null && !cpus.equals(floating);
  }

  /** A thread that has ended since it was listed disturbs nothing. */
  private static void add(
      List<Stray> strays, QemuThreads qemu, long thread, boolean vcpu, String what) {
    if (qemu.has(thread)) {
      strays.add(new Stray(vcpu, qemu.describe(thread) + " " + what));
    }
  }

  private Optional<CpuSet> affinity(long thread) {
    try {
      return Optional.of(affinity.of(thread));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Cap> cap(String text, Cgroup vcpus) {
    var fields = text.split(" ");
    return fields[0].equals("max")
        ? Optional.empty()
        : Optional.of(
            new Cap(micros(fields[0]), micros(fields[1]), micros(vcpus.read(BURST).orElse("0"))));
  }

  private @Nullable Sample sample(GuestCgroup guest, QemuThreads qemu, List<Long> vcpus) {
    var at = Duration.ofNanos(nanos.getAsLong());
    var times = new ArrayList<VcpuTime>();
    vcpus.forEach(thread -> qemu.time(thread).ifPresent(times::add));
    if (vcpus.isEmpty() || times.size() != vcpus.size()) {
      return null;
    }
    var throttled =
        guest
            .vcpus()
            .read("cpu.stat")
            .map(THROTTLED::matcher)
            .filter(Matcher::find)
            .map(matcher -> micros(matcher.group(1)))
            .orElse(Duration.ZERO);
    return new Sample(at, times, throttled);
  }

  private static Duration micros(String text) {
    return Duration.ofNanos(Math.multiplyExact(Long.parseLong(text), 1000L));
  }
}
