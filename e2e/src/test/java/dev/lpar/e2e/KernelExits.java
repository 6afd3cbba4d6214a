package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Exits of all guests of the blade by reason, counted and timed by the kernel's own tracing: hist
 * triggers, the time from kvm_exit to kvm_entry of one thread by the time stamps of its ring
 * buffer. See Documentation/trace/histogram.rst of the kernel.
 */
final class KernelExits implements AutoCloseable {
  private static final String TRACING = "/sys/kernel/tracing/";
  private static final String EXIT = TRACING + "events/kvm/kvm_exit/";
  private static final String ENTRY = TRACING + "events/kvm/kvm_entry/";
  private static final String TIMES = TRACING + "events/synthetic/lpar_exit_time/";
  private static final String COUNT = "hist:keys=exit_reason";
  private static final String LEAVE =
      "hist:keys=common_pid:left=common_timestamp,why=exit_reason:clock=mono";
  private static final String ENTER =
      "hist:keys=common_pid:nanos=common_timestamp-$left:clock=mono"
          + ":onmatch(kvm.kvm_exit).trace(lpar_exit_time,$nanos,$why)";
  private static final String SUM = "hist:keys=reason:vals=nanos";
  private static final Pattern COUNTED =
      Pattern.compile("\\{ exit_reason: +([0-9]+) } hitcount: +([0-9]+)");
  private static final Pattern TIMED =
      Pattern.compile("\\{ reason: +([0-9]+) } hitcount: +[0-9]+ +nanos: +([0-9]+)");

  private KernelExits() {}

  /** Begins to count; what fails half-way leaves nothing on the blade. */
  static KernelExits count() {
    var exits = new KernelExits();
    try {
      onBlade(
          String.join(
              " && ",
              "echo 'lpar_exit_time u64 nanos; unsigned int reason' >"
                  + TRACING
                  + "synthetic_events",
              trigger(SUM, TIMES),
              trigger(COUNT, EXIT),
              trigger(LEAVE, EXIT),
              trigger(ENTER, ENTRY)));
    } catch (AssertionError e) {
      exits.close();
      throw e;
    }
    return exits;
  }

  private static String trigger(String what, String event) {
    return "echo '" + what + "' >>" + event + "trigger";
  }

  /** How many, by reason. */
  Map<Integer, Long> counts() {
    return histogram(EXIT, COUNTED);
  }

  /** From exit to entry in ns, of those that have ended, by reason. */
  Map<Integer, Long> nanos() {
    return histogram(TIMES, TIMED);
  }

  private static Map<Integer, Long> histogram(String event, Pattern entry) {
    var numbers = new TreeMap<Integer, Long>();
    var matcher = entry.matcher(onBlade("cat " + event + "hist"));
    while (matcher.find()) {
      numbers.put(Integer.valueOf(matcher.group(1)), Long.valueOf(matcher.group(2)));
    }
    return numbers;
  }

  @Override
  public void close() {
    // What refers to another goes first.
    onBlade(
        String.join(
            "; ",
            trigger("!" + ENTER, ENTRY),
            trigger("!" + LEAVE, EXIT),
            trigger("!" + COUNT, EXIT),
            trigger("!" + SUM, TIMES),
            "echo '!lpar_exit_time' >>" + TRACING + "synthetic_events"));
  }
}
