package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedCpus.Interrupt;
import dev.lpar.model.CpuSet;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hardware interrupts and the CPUs they are delivered to (Documentation/core-api/irq/
 * irq-affinity.rst).
 */
final class Interrupts {
  private static final System.Logger LOG = System.getLogger(Interrupts.class.getName());

  /** A blade may have thousands, and they seldom change. */
  private static final long AGE = Duration.ofSeconds(10).toNanos();

  /** The owner may write: the kernel says so of those that it lets be steered. */
  private static final int WRITABLE = 0200;

  /** drivers/vfio/pci/vfio_pci_intrs.c */
  private static final Pattern OF_VFIO =
      Pattern.compile("vfio-(?:intx|msix?\\[[0-9]+])\\(([^)]+)\\).*");

  private final Path interrupts;
  private final Path descriptions;
  private final KernelFiles files;
  private final LongSupplier nanos;
  private final Set<Refused> refused = new HashSet<>();
  private @Nullable List<Interrupt> known;
  private long readAt;

  private record Refused(int number, String name) {}

  Interrupts(Path sys, Path proc, KernelFiles files, LongSupplier nanos) {
    this.interrupts = proc.resolve("irq");
    this.descriptions = sys.resolve("kernel/irq");
    this.files = files;
    this.nanos = nanos;
  }

  /** Those that have a handler and can be steered, as they were some seconds ago. */
  synchronized List<Interrupt> all() {
    long now = nanos.getAsLong();
    var present = known;
    if (present == null || now - readAt > AGE) {
      present = read();
      known = present;
      readAt = now;
    }
    return present;
  }

  /** One that the kernel doesn't steer is left as it is, and no longer told of. */
  synchronized void steer(Map<Integer, CpuSet> wanted) {
    wanted.forEach(
        (number, cpus) -> {
          try {
            files.write(affinity(number), cpus.toString());
          } catch (IOException e) {
            name(number)
                .ifPresent(
                    name -> {
                      refused.add(new Refused(number, name));
                      LOG.log(
                          Level.INFO,
                          "the kernel doesn''t steer interrupt {0} ({1}) to {2}: {3}",
                          Integer.toString(number),
                          name,
                          cpus,
                          e.getMessage());
                    });
          }
        });
    known = null;
  }

  private List<Interrupt> read() {
    var found = new ArrayList<Interrupt>();
    try (var entries = Files.newDirectoryStream(interrupts, "[0-9]*")) {
      for (var entry : entries) {
        read(Integer.parseInt(entry.getFileName().toString())).ifPresent(found::add);
      }
    } catch (IOException e) {
      return List.of();
    }
    found.sort(Comparator.comparingInt(Interrupt::number));
    return List.copyOf(found);
  }

  /** Nothing, when it went away meanwhile. */
  private Optional<Interrupt> read(int number) {
    var file = affinity(number);
    return name(number)
        .filter(name -> !refused.contains(new Refused(number, name)) && isSteerable(file))
        .flatMap(
            name ->
                text(file)
                    .map(cpus -> new Interrupt(number, name, CpuSet.parse(cpus), device(name))));
  }

  private static boolean isSteerable(Path file) {
    try {
      return ((int) Files.getAttribute(file, "unix:mode") & WRITABLE) != 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable PciAddress device(String name) {
    var matcher = OF_VFIO.matcher(name);
    return matcher.matches() && PciAddress.isOne(matcher.group(1))
        ? new PciAddress(matcher.group(1))
        : null;
  }

  /** Of its handlers, separated by commas. */
  private Optional<String> name(int number) {
    return text(descriptions.resolve(number + "/actions")).filter(text -> !text.isEmpty());
  }

  private Path affinity(int number) {
    return interrupts.resolve(number + "/smp_affinity_list");
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
