package dev.lpar.agent.observe;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The inventory, read anew now and then: devices come and go. For one thread. */
public final class InventoryWatch implements Supplier<Inventory> {
  private static final Duration AGE = Duration.ofSeconds(30);

  private final HostFiles files;
  private final InstantSource clock;
  private @Nullable Inventory inventory;
  private Instant readAt = Instant.EPOCH;

  public InventoryWatch(HostFiles files, InstantSource clock) {
    this.files = files;
    this.clock = clock;
  }

  @Override
  public Inventory get() {
    var now = clock.instant();
    var present = inventory;
    if (present == null || now.isAfter(readAt.plus(AGE))) {
      present = Inventory.read(files);
      inventory = present;
      readAt = now;
    }
    return present;
  }
}
