package dev.lpar.agent.observe;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The inventory, read anew when the hardware changed and every 30 s: what is mounted or routed
 * changes without a word. Got by one thread; told of changes by any.
 */
public final class InventoryWatch implements Supplier<Inventory> {
  private static final Duration AGE = Duration.ofSeconds(30);

  private final HostFiles files;
  private final InstantSource clock;
  private final PciIds names;
  private final AtomicBoolean changed = new AtomicBoolean();
  private @Nullable Inventory inventory;
  private Instant readAt = Instant.EPOCH;

  public InventoryWatch(HostFiles files, InstantSource clock) {
    this.files = files;
    this.clock = clock;
    this.names = new PciIds(files);
  }

  /** What is known is old from now on. */
  public void changed() {
    changed.set(true);
  }

  @Override
  public Inventory get() {
    var now = clock.instant();
    var present = inventory;
    if (changed.getAndSet(false) || present == null || now.isAfter(readAt.plus(AGE))) {
      present = Inventory.read(files, names);
      inventory = present;
      readAt = now;
    }
    return present;
  }
}
