package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;

import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import dev.lpar.api.v1alpha1.VmExits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Table 2 of the Virtage paper: the exits of one guest with the same work under shadow paging and
 * under nested paging, by factor and by group, as Lpar.status tells them. The work is what a system
 * does that starts many programs: its boot, with the search for devices and the messages on the
 * serial console, then 600 processes made and ended one after the other, each with its page faults
 * and a switch to it and back, and the timer's interrupts meanwhile.
 */
final class Table2Bench {
  private static final String NAME = "table2";

  /** Made and ended by the guest's shell. */
  private static final int PROCESSES = 600;

  private static final String WORK =
      "for i in $(seq %d); do /bin/busybox true; done; cat /proc/cpuinfo >/dev/null"
          .formatted(PROCESSES);

  /** Groups that only shadow paging has. */
  private static final List<String> PAGING = List.of("Page fault", "CR access");

  private static final double GOAL_PERCENT = 75;

  private Table2Bench() {}

  public static void main(String[] arguments) {
    try (var _ = Lab.CLIENT) {
      var shadow = measure("npt=0");
      var nested = measure("npt=1");
      print(shadow, nested);
    }
  }

  /** Boots the guest under a setting of kvm_amd, has it work, and gives its exits from then on. */
  private static VmExits measure(String paging) {
    onBlade(
        """
        for _ in $(seq 30); do modprobe -r kvm_amd && break; sleep 1; done
        modprobe kvm_amd %s
        """
            .formatted(paging));
    var partition = Partition.apply(smallGuest(NAME, "", ""));
    partition.awaitConsole("LPAR-GUEST ready");
    partition.inGuest(WORK);
    partition.setPower(PowerState.PAUSED);
    var exits = partition.awaitPhase(Phase.PAUSED).getStatus().vmExits();
    partition.delete();
    return exits;
  }

  private static void print(VmExits shadow, VmExits nested) {
    System.out.printf("boot and %d processes, 1 vCPU; exits by Lpar.status.vmExits%n%n", PROCESSES);
    System.out.printf(
        "%-24s %-40s %10s %10s %11s %11s%n",
        "group", "factor", "npt=0", "npt=1", "npt=0 s", "npt=1 s");
    var before = factors(shadow);
    var after = factors(nested);
    var names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (var name : names) {
      var was = before.get(name);
      var is = after.get(name);
      row(name, count(was), count(is), seconds(was), seconds(is));
    }
    System.out.println();
    groups(shadow, nested);
    double reduction = 100.0 * (shadow.total() - nested.total()) / shadow.total();
    System.out.printf(
        "%nnested paging takes away %.1f %% of the exits (goal: %.0f %%: %s); of page faults and CR accesses are left: %s%n",
        reduction,
        GOAL_PERCENT,
        reduction >= GOAL_PERCENT ? "met" : "MISSED",
        nested.groups().stream()
            .filter(group -> PAGING.contains(group.name()))
            .map(group -> group.name() + " " + group.count())
            .toList());
  }

  private static void groups(VmExits shadow, VmExits nested) {
    var names = new TreeSet<String>();
    var before = new LinkedHashMap<String, VmExits.Group>();
    var after = new LinkedHashMap<String, VmExits.Group>();
    shadow.groups().forEach(group -> before.put(group.name(), group));
    nested.groups().forEach(group -> after.put(group.name(), group));
    names.addAll(before.keySet());
    names.addAll(after.keySet());
    for (var name : names) {
      var was = before.get(name);
      var is = after.get(name);
      row(
          name + "|all",
          was == null ? 0 : was.count(),
          is == null ? 0 : is.count(),
          was == null ? "-" : was.seconds(),
          is == null ? "-" : is.seconds());
    }
    row("all|all", shadow.total(), nested.total(), "", "");
  }

  private static Map<String, VmExits.Factor> factors(VmExits exits) {
    var factors = new LinkedHashMap<String, VmExits.Factor>();
    exits.factors().forEach(factor -> factors.put(factor.group() + "|" + factor.name(), factor));
    return factors;
  }

  private static long count(VmExits.Factor factor) {
    return factor == null ? 0 : factor.count();
  }

  private static String seconds(VmExits.Factor factor) {
    return factor == null ? "-" : factor.seconds();
  }

  private static void row(
      String name, long before, long after, String secondsBefore, String secondsAfter) {
    var words = name.split("\\|");
    System.out.printf(
        "%-24s %-40s %10d %10d %11s %11s%n",
        words[0], words[1], before, after, secondsBefore, secondsAfter);
  }
}
