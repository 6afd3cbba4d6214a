package dev.lpar.agent.observe;

import dev.lpar.linux.Uevent;
import dev.lpar.linux.UeventSocket;
import dev.lpar.linux.UeventSocket.Received;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/**
 * Tells when the blade's hardware changed: the kernel's messages about PCI functions and what their
 * drivers made of them, a moment after the last of a burst, so that the drivers have settled.
 */
public final class HardwareEvents implements Runnable {
  /** Where messages come from. */
  @FunctionalInterface
  interface Source {
    Received receive(Duration longest) throws IOException;
  }

  private static final System.Logger LOG = System.getLogger(HardwareEvents.class.getName());

  /** Quiet for so long, drivers have settled. */
  private static final Duration SETTLED = Duration.ofMillis(200);

  /** A burst that doesn't end is told of all the same. */
  private static final Duration LONGEST_BURST = Duration.ofSeconds(2);

  private static final Duration UNBOUNDED = Duration.ofDays(1);

  /** What an inventory tells of. */
  private static final Set<String> SUBSYSTEMS =
      Set.of("pci", "virtio", "nvme", "block", "net", "fc_host");

  private final InstantSource clock;
  private final Runnable changed;

  public HardwareEvents(InstantSource clock, Runnable changed) {
    this.clock = clock;
    this.changed = changed;
  }

  /** Runs until the socket fails. Then the inventory's age alone makes it new. */
  @Override
  public void run() {
    try (var socket = UeventSocket.open()) {
      follow(socket::receive);
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "can''t hear of hardware that comes and goes; looks every 30 s: {0}",
          e.getMessage());
    }
  }

  /** Until the source is closed. */
  void follow(Source source) throws IOException {
    while (true) {
      var received = source.receive(UNBOUNDED);
      if (received instanceof Received.Closed) {
        return;
      }
      if (matters(received)) {
        settle(source);
        changed.run();
      }
    }
  }

  private void settle(Source source) throws IOException {
    var end = clock.instant().plus(LONGEST_BURST);
    var quietAt = clock.instant().plus(SETTLED);
    for (var now = clock.instant();
        now.isBefore(quietAt) && now.isBefore(end);
        now = clock.instant()) {
      var received = source.receive(Duration.between(now, quietAt));
      if (received instanceof Received.Closed) {
        return;
      }
      if (matters(received)) {
        quietAt = clock.instant().plus(SETTLED);
      }
    }
  }

  private static boolean matters(Received received) {
    return switch (received) {
      case Received.Message(var event) -> matters(event);
      case Received.Lost() -> true;
      case Received.Nothing(), Received.Closed() -> false;
    };
  }

  /** Loop devices and the like, which containers have by the dozen, aren't below PCI. */
  private static boolean matters(Uevent event) {
    return SUBSYSTEMS.contains(event.subsystem())
        && !PciPath.of(event.devpath()).functions().isEmpty();
  }
}
