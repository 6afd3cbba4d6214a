package dev.lpar.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.lpar.linux.UeventSocket.Received;
import java.lang.foreign.MemoryLayout.PathElement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a real socket, and on messages as the kernel writes them. */
class UeventSocketTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void waitingEndsWhenTheTimeIsUp() throws Exception {
    try (var socket = UeventSocket.open()) {
      var received =
          assertTimeoutPreemptively(
              Duration.ofSeconds(10), () -> socket.receive(Duration.ofMillis(20)));
      assertFalse(received instanceof Received.Closed || received instanceof Received.Lost);
    }
  }

  @Test
  void closingWakesTheReader() throws Exception {
    var socket = UeventSocket.open();
    var reader =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                Received received;
                do {
                  received = socket.receive(LONG);
                } while (!(received instanceof Received.Closed));
                return received;
              } catch (SyscallException e) {
                throw new AssertionError(e);
              }
            });
    Thread.sleep(100);
    assertFalse(reader.isDone());
    socket.close();
    assertInstanceOf(Received.Closed.class, reader.get(10, TimeUnit.SECONDS));
  }

  @Test
  void aClosedSocketSaysSo() throws Exception {
    var socket = UeventSocket.open();
    socket.close();
    socket.close();
    assertEquals(new Received.Closed(), socket.receive(LONG));
  }

  @Test
  void structsAreLaidOutAsInTheKernelsHeaders() {
    assertEquals(12, UeventSocket.SOCKADDR_NL.byteSize());
    assertEquals(4, UeventSocket.SOCKADDR_NL.byteOffset(PathElement.groupElement("nl_pid")));
    assertEquals(8, UeventSocket.SOCKADDR_NL.byteOffset(PathElement.groupElement("nl_groups")));
    assertEquals(8, UeventSocket.POLLFD.byteSize());
    assertEquals(4, UeventSocket.POLLFD.byteOffset(PathElement.groupElement("events")));
  }

  @Test
  void aMessageHasActionPathAndProperties() {
    assertEquals(
        Optional.of(
            new Uevent(
                "bind",
                "/devices/pci0000:00/0000:00:04.0",
                "pci",
                Map.of(
                    "ACTION", "bind",
                    "DEVPATH", "/devices/pci0000:00/0000:00:04.0",
                    "SUBSYSTEM", "pci",
                    "DRIVER", "e1000e",
                    "MODALIAS", "pci:v=1"))),
        Uevent.parse(
            "bind@/devices/pci0000:00/0000:00:04.0\0ACTION=bind\0"
                + "DEVPATH=/devices/pci0000:00/0000:00:04.0\0SUBSYSTEM=pci\0DRIVER=e1000e\0"
                + "MODALIAS=pci:v=1\0"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\0",
        "libudev\0\u00fe\u00ed\u00ca\u00fe",
        "add",
        "@/devices/x\0SUBSYSTEM=pci\0",
        "add@devices/x\0SUBSYSTEM=pci\0",
        "add@/devices/x\0SUBSYSTEM\0=pci\0",
        "add@/devices/x"
      })
  void whatTheKernelDoesNotWriteIsNoMessage(String text) {
    assertEquals(Optional.empty(), Uevent.parse(text));
  }
}
