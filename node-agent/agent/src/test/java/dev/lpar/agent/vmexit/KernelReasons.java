package dev.lpar.agent.vmexit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The exits that Linux 6.12 knows, as the format of its tracepoint kvm:kvm_exit prints them. */
final class KernelReasons {
  private static final Pattern ENTRY = Pattern.compile("\\{ (-?\\w+)(?: \\+ (\\d+))?, \"(.+?)\" }");

  private KernelReasons() {}

  static SortedMap<Long, String> of(Isa isa) {
    var lists = format().split("__print_symbolic\\(REC->exit_reason|__print_flags", -1);
    var byReason = new TreeMap<Long, String>();
    var entries = ENTRY.matcher(isa == Isa.VMX ? lists[1] : lists[2]);
    while (entries.find()) {
      long base = Long.decode(entries.group(1));
      long more = entries.group(2) == null ? 0 : Long.parseLong(entries.group(2));
      byReason.put((base + more) & 0xffff_ffffL, entries.group(3));
    }
    return byReason;
  }

  private static String format() {
    try (var in = KernelReasons.class.getResourceAsStream("counter/kvm_exit.format")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
