package dev.lpar.agent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.lpar.agent.host.FakeClock;
import dev.lpar.linux.Uevent;
import dev.lpar.linux.UeventSocket.Received;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HardwareEventsTest {
  private static final String NVME = "/devices/pci0000:00/0000:00:1b.0/0000:01:00.0";

  private final FakeClock clock = new FakeClock();
  private final Instant start = clock.instant();

  /** What comes, and how long after what came before. */
  private record Arrival(long millis, Received received) {}

  private static Arrival after(long millis, String subsystem, String path) {
    return new Arrival(millis, new Received.Message(new Uevent("add", path, subsystem, Map.of())));
  }

  /** Times in ms at which a change is told of, until the last arrival has come. */
  private List<Long> told(List<Arrival> arrivals) throws IOException {
    var told = new ArrayList<Long>();
    var coming = new ArrayList<>(arrivals);
    coming.add(new Arrival(Duration.ofHours(1).toMillis(), new Received.Closed()));
    new HardwareEvents(clock, () -> told.add(Duration.between(start, clock.instant()).toMillis()))
        .follow(
            longest -> {
              var next = coming.removeFirst();
              if (next.millis() > longest.toMillis()) {
                clock.pass(longest);
                coming.addFirst(new Arrival(next.millis() - longest.toMillis(), next.received()));
                return new Received.Nothing();
              }
              clock.pass(Duration.ofMillis(next.millis()));
              return next.received();
            });
    return told;
  }

  @Test
  void aBurstIsToldOfOnceWhenItHasSettled() throws IOException {
    assertEquals(
        List.of(1350L),
        told(
            List.of(
                after(1000, "pci", NVME),
                after(50, "nvme", NVME + "/nvme/nvme0"),
                after(100, "block", NVME + "/nvme/nvme0/nvme0n1"))));
  }

  @Test
  void whatComesLaterIsToldOfAgain() throws IOException {
    assertEquals(
        List.of(300L, 1100L), told(List.of(after(100, "pci", NVME), after(800, "pci", NVME))));
  }

  @Test
  void aBurstWithoutEndIsToldOfEveryTwoSeconds() throws IOException {
    var burst = new ArrayList<Arrival>();
    for (int i = 0; i < 50; i++) {
      burst.add(after(100, "block", NVME + "/nvme/nvme0/nvme0n1"));
    }
    assertEquals(List.of(2100L, 4200L, 5200L), told(burst));
  }

  @Test
  void anythingMayHaveHappenedWhenMessagesAreLost() throws IOException {
    assertEquals(List.of(210L), told(List.of(new Arrival(10, new Received.Lost()))));
  }

  @ParameterizedTest
  @CsvSource({
    "block, /devices/virtual/block/loop3",
    "net, /devices/virtual/net/veth1",
    "usb, /devices/pci0000:00/0000:00:14.0/usb1/1-1",
    "drm, /devices/pci0000:00/0000:00:02.0/drm/card0",
    "pci, /bus/pci/drivers/x",
  })
  void whatNoInventoryTellsOfIsNotTold(String subsystem, String path) throws IOException {
    assertEquals(List.of(), told(List.of(after(10, subsystem, path))));
  }

  @Test
  void theInventoryIsReadAnewAfterAChangeAndWithAge(@TempDir Path root) throws IOException {
    var watch = new InventoryWatch(RecordedTree.layOut("server", root), clock);
    var first = watch.get();
    clock.pass(Duration.ofSeconds(30));
    assertSame(first, watch.get());
    watch.changed();
    var second = watch.get();
    assertNotSame(first, second);
    assertSame(second, watch.get());
    clock.pass(Duration.ofSeconds(31));
    assertNotSame(second, watch.get());
  }
}
