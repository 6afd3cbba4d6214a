package dev.lpar.qemu.qmp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Messages to and from a QMP socket, each call within the limit. For one thread at a time. */
final class QmpTransport implements AutoCloseable {
  /** query-stats of hundreds of vCPUs stays far below this. */
  private static final int LONGEST_LINE = 4 << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final SocketChannel channel;
  private final Selector selector;
  private final Duration limit;
  private final Consumer<QmpEvent> listener;
  private final LineBuffer received = new LineBuffer(LONGEST_LINE);
  private long lastId;

  private QmpTransport(
      SocketChannel channel, Selector selector, Duration limit, Consumer<QmpEvent> listener) {
    this.channel = channel;
    this.selector = selector;
    this.limit = limit;
    this.listener = listener;
  }

  static QmpTransport connect(Path socket, Duration limit, Consumer<QmpEvent> listener)
      throws QmpException {
    @Nullable SocketChannel channel = null;
    @Nullable Selector selector = null;
    try {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.configureBlocking(false);
      // Blocking, this would wait for as long as a hung QEMU lets its queue of clients stand full.
      if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
        throw new QmpException("QMP socket " + socket + " takes no further client");
      }
      selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
      var connection = new QmpTransport(channel, selector, limit, listener);
      connection.negotiate();
      return connection;
    } catch (IOException e) {
      closeAll(selector, channel);
      throw e instanceof QmpException q
          ? q
          : new QmpException("can't connect to QMP socket " + socket, e);
    }
  }

  private void negotiate() throws QmpException {
    long deadline = deadline();
    var greeting = readMessage(deadline);
    if (!greeting.has("QMP")) {
      throw fail("QEMU doesn't greet: " + abridged(greeting.toString()));
    }
    execute("qmp_capabilities", JSON.createObjectNode(), deadline);
  }

  /**
   * @return what QEMU answers
   * @throws QmpException with QEMU's words where it refuses
   */
  JsonNode execute(String command, ObjectNode arguments) throws QmpException {
    return execute(command, arguments, deadline());
  }

  private JsonNode execute(String command, ObjectNode arguments, long deadline)
      throws QmpException {
    long id = ++lastId;
    var request = JSON.createObjectNode().put("execute", command).put("id", id);
    if (!arguments.isEmpty()) {
      request.set("arguments", arguments);
    }
    write(request.toString() + "\n", deadline);
    while (true) {
      var message = readMessage(deadline);
      if (message.path("id").asLong(-1) != id) {
        // An answer to a call that nobody waits for any more.
        continue;
      }
      if (message.has("error")) {
        throw new QmpException(
            "QEMU refused " + command + ": " + message.path("error").path("desc").asText());
      }
      return message.path("return");
    }
  }

  private long deadline() {
    return System.nanoTime() + limit.toNanos();
  }

  /** The next message that isn't an event. */
  private JsonNode readMessage(long deadline) throws QmpException {
    while (true) {
      var line = readLine(deadline);
      JsonNode message;
      try {
        message = JSON.readTree(line);
      } catch (JsonProcessingException e) {
        throw fail("QEMU wrote no JSON: " + abridged(line));
      }
      if (message == null || !message.isObject()) {
        throw fail("QEMU wrote no JSON object: " + abridged(line));
      }
      if (!message.has("event")) {
        return message;
      }
      listener.accept(QmpEvent.of(message));
    }
  }

  private String readLine(long deadline) throws QmpException {
    try {
      while (true) {
        var line = received.nextLine();
        if (line.isPresent()) {
          return line.get();
        }
        await(SelectionKey.OP_READ, deadline);
        if (received.readFrom(channel) < 0) {
          throw fail("QEMU closed the connection");
        }
      }
    } catch (IOException e) {
      throw failed("reading", e);
    }
  }

  private void write(String text, long deadline) throws QmpException {
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        if (channel.write(bytes) == 0) {
          await(SelectionKey.OP_WRITE, deadline);
        }
      }
    } catch (IOException e) {
      throw failed("writing", e);
    }
  }

  private void await(int operation, long deadline) throws IOException {
    channel.keyFor(selector).interestOps(operation);
    long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    selector.selectedKeys().clear();
    if (millis <= 0 || selector.select(millis) == 0) {
      throw fail("QEMU doesn't answer within " + limit.toMillis() + " ms");
    }
  }

  private QmpException failed(String doing, IOException e) {
    return e instanceof QmpException q ? q : fail("QMP connection lost while " + doing, e);
  }

  private QmpException fail(String message) {
    close();
    return new QmpException(message);
  }

  private QmpException fail(String message, IOException cause) {
    close();
    return new QmpException(message, cause);
  }

  private static String abridged(String text) {
    return text.length() <= 120 ? text : text.substring(0, 120) + "…";
  }

  @Override
  public void close() {
    closeAll(selector, channel);
  }

  private static void closeAll(@Nullable Selector selector, @Nullable SocketChannel channel) {
    // A connection that can't be closed is a lost one: there is nothing to do about it.
    try (selector;
        channel) {
      return;
    } catch (IOException e) {
      return;
    }
  }
}
