package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;

import dev.lpar.e2e.ShareCase.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What share of the shared CPUs partitions get whose vCPUs never rest, beside what they are due;
 * and beside that, for the same guests in the same run, what they get under the control groups'
 * settings that others make: weights as container runtimes convert CPU shares to them, and
 * libvirt's period of 100 ms for a quota. Figures are in percent of the shared CPUs.
 */
final class SharesBench {
  private static final int SECONDS = 20;
  private static final double GOAL = 0.5;

  /** Time for what went before to be paid back. */
  private static final String SETTLE = "sleep 15\n";

  private static final int DEFAULT_PERIOD_MICROS = 100_000;

  private final List<Double> errors = new ArrayList<>();
  private final List<Double> errorsOfDefaults = new ArrayList<>();

  private SharesBench() {}

  public static void main(String[] arguments) {
    try (var _ = Lab.CLIENT) {
      new SharesBench().run();
    }
  }

  private void run() {
    SharedGuests.reserveHostCpu();
    measure(SharedGuests.sharedCpus());
    System.out.printf("%nby defaults, %s%n", summary(errorsOfDefaults));
    System.out.println(summary(errors));
  }

  private void measure(int shared) {
    var guests = new SharedGuests(shared);
    System.out.printf(
        "%d shared CPUs; partitions of %d vCPUs, all busy; %d s of the blade's clock each%n%n",
        shared, shared, SECONDS);
    System.out.printf(
        "%-26s %5s %9s %9s %7s %12s %7s%n",
        "case", "ratio", "entitled", "achieved", "error", "by defaults", "error");
    for (var one : ShareCase.all()) {
      guests.become(one);
      var ids = guests.ids(one.members());
      var ours = shares(onBlade(SETTLE + CpuMeter.command(ids, SECONDS)), one, shared);
      var defaults = shares(onBlade(underDefaults(one, ids, shared)), one, shared);
      for (var member : one.spinning()) {
        row(one, member, ours, defaults);
      }
    }
    guests.deleteAll();
    new LiveShares(new SharedGuests(shared), shared).run();
  }

  /** What each member used, in percent of the shared CPUs. */
  private static Map<Member, Double> shares(String output, ShareCase one, int shared) {
    var cpus = CpuMeter.cpus(output, one.members().size());
    var shares = new LinkedHashMap<Member, Double>();
    for (int i = 0; i < cpus.size(); i++) {
      shares.put(one.members().get(i), 100 * cpus.get(i) / shared);
    }
    return shares;
  }

  private void row(
      ShareCase one, Member member, Map<Member, Double> ours, Map<Member, Double> defaults) {
    double entitled = one.entitled(member, idleUse(ours));
    double error = ours.get(member) - entitled;
    double errorOfDefaults = defaults.get(member) - one.entitled(member, idleUse(defaults));
    errors.add(Math.abs(error));
    errorsOfDefaults.add(Math.abs(errorOfDefaults));
    System.out.printf(
        "%-26s %4d%% %9.2f %9.2f %+7.2f %12.2f %+7.2f%n",
        member.equals(one.members().getFirst()) ? one.name() : "",
        member.ratio(),
        entitled,
        ours.get(member),
        error,
        defaults.get(member),
        errorOfDefaults);
  }

  private static double idleUse(Map<Member, Double> shares) {
    return shares.entrySet().stream()
        .filter(entry -> entry.getKey().idle())
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  private static String summary(List<Double> errors) {
    return "%d of %d errors are at most %.1f point, the largest is %.2f"
        .formatted(
            errors.stream().filter(error -> error <= GOAL).count(),
            errors.size(),
            GOAL,
            errors.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
  }

  /**
   * Measures the same guests under others' settings while the agent stands still, and puts ours
   * back.
   */
  private static String underDefaults(ShareCase one, List<String> ids, int shared) {
    var change = new StringBuilder();
    var restore = new StringBuilder();
    for (int i = 0; i < ids.size(); i++) {
      var member = one.members().get(i);
      var weight = CpuMeter.file(ids.get(i), "cpu.weight");
      var cap = CpuMeter.file(ids.get(i), "vcpus/cpu.max");
      change.append("echo %d >%s%n".formatted(convertedWeight(member, shared), weight));
      restore.append("echo %d >%s;".formatted(100 * member.ratio(), weight));
      if (member.capped()) {
        var burst = CpuMeter.file(ids.get(i), "vcpus/cpu.max.burst");
        change.append(
            "before=$(cat %s); burst=$(cat %s); echo 0 >%s%n".formatted(cap, burst, burst));
        change.append(
            "echo %d %d >%s%n".formatted(quota(member, shared), DEFAULT_PERIOD_MICROS, cap));
        restore.append("echo $before >%s; echo $burst >%s;".formatted(cap, burst));
      }
    }
    return """
        agent=$(%s)
        kill -STOP $agent
        trap '%s kill -CONT $agent' EXIT
        %s"""
            .formatted(Agent.PID, restore, change)
        + SETTLE
        + CpuMeter.command(ids, SECONDS);
  }

  /** As runc and crun turn the CPU shares of a request of so many CPUs into cpu.weight. */
  private static long convertedWeight(Member member, int cpus) {
    long shares = Math.max(2, member.ratio() * cpus * 1024L / 100);
    return 1 + (shares - 2) * 9999 / 262142;
  }

  private static long quota(Member member, int cpus) {
    return (long) member.ratio() * cpus * DEFAULT_PERIOD_MICROS / 100;
  }
}
