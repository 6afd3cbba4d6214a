package dev.lpar.agent.observe;

import dev.lpar.model.PciAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the host needs PCI functions for, as far as block devices, network interfaces and consoles
 * below them say it. Every file is read once, for all functions.
 */
final class HostUse {
  /**
   * @param functions all that the path goes through: a controller that has others below it (VMD) is
   *     needed for them, too
   * @param words such as "swap is on nvme0n1p2"
   */
  record Reason(List<PciAddress> functions, String words) {}

  /** How many reasons are told of one function. */
  private static final int TOLD = 3;

  private final Map<PciAddress, Set<String>> words = new HashMap<>();
  private final boolean consoleOnDisplay;

  private HostUse(boolean consoleOnDisplay) {
    this.consoleOnDisplay = consoleOnDisplay;
  }

  static HostUse read(HostFiles files) {
    var consoles = ConsoleUse.read(files);
    var use = new HostUse(consoles.onDisplay());
    Stream.of(consoles.reasons(), BlockUse.read(files), NetworkUse.read(files))
        .flatMap(List::stream)
        .forEach(use::add);
    return use;
  }

  private void add(Reason reason) {
    reason
        .functions()
        .forEach(
            function ->
                words.computeIfAbsent(function, _ -> new LinkedHashSet<>()).add(reason.words()));
  }

  /** Whether the display that the firmware starts with shows the host's console. */
  boolean consoleOnDisplay() {
    return consoleOnDisplay;
  }

  /** The first reasons, and how many there are besides. */
  Optional<String> of(PciAddress function) {
    var all = words.getOrDefault(function, Set.of());
    if (all.isEmpty()) {
      return Optional.empty();
    }
    var told = String.join("; ", all.stream().limit(TOLD).toList());
    return Optional.of(all.size() > TOLD ? told + "; and " + (all.size() - TOLD) + " more" : told);
  }
}
