package dev.lpar.agent.observe;

import dev.lpar.agent.observe.HostUse.Reason;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the host's console is.
 *
 * @param onDisplay whether a display shows it
 * @param reasons of serial ports
 */
record ConsoleUse(boolean onDisplay, List<Reason> reasons) {
  private static final String VIRTUAL = "sys/class/vtconsole/";

  ConsoleUse {
    reasons = List.copyOf(reasons);
  }

  /** {@code /proc/consoles} has a console a line, its name first. */
  static ConsoleUse read(HostFiles files) {
    var names =
        files.text("proc/consoles").stream()
            .flatMap(String::lines)
            .map(line -> line.split("\\s+", 2)[0])
            .toList();
    return new ConsoleUse(
        names.contains("tty0") || framebuffer(files),
        names.stream().flatMap(name -> serial(files, name)).toList());
  }

  /** Whether a framebuffer is bound to the virtual terminals (drivers/tty/vt/vt.c). */
  private static boolean framebuffer(HostFiles files) {
    return files.list(VIRTUAL).stream()
        .filter(name -> files.text(VIRTUAL + name + "/bind").orElse("").equals("1"))
        .anyMatch(name -> files.text(VIRTUAL + name + "/name").orElse("").contains("frame buffer"));
  }

  private static Stream<Reason> serial(HostFiles files, String name) {
    var functions = PciPath.of(files.link("sys/class/tty/" + name).orElse("")).functions();
    return functions.isEmpty()
        ? Stream.empty()
        : Stream.of(new Reason(functions, "the host's console is on " + name));
  }
}
