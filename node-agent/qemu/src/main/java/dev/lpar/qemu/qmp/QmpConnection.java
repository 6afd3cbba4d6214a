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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client of the QEMU Machine Protocol (QEMU's docs/interop/qmp-spec.rst), typed. Every call ends
 * within the connection's limit: a QEMU that hangs, writes half a line, nothing, or no JSON is a
 * {@link QmpException}. For one thread at a time.
 */
public final class QmpConnection implements AutoCloseable {
  /** query-stats of hundreds of vCPUs stays far below this. */
  private static final int LONGEST_LINE = 4 << 20;

  /** Where QEMU's object model has the devices that were given an id. */
  private static final String PERIPHERAL = "/machine/peripheral";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final SocketChannel channel;
  private final Selector selector;
  private final Duration limit;
  private final Consumer<QmpEvent> listener;
  private final LineBuffer received = new LineBuffer(LONGEST_LINE);
  private long lastId;

  private QmpConnection(
      SocketChannel channel, Selector selector, Duration limit, Consumer<QmpEvent> listener) {
    this.channel = channel;
    this.selector = selector;
    this.limit = limit;
    this.listener = listener;
  }

  /** As {@link #connect(Path, Duration, Consumer)}, for one who doesn't listen. */
  public static QmpConnection connect(Path socket, Duration limit) throws QmpException {
    return connect(socket, limit, _ -> {});
  }

  /**
   * Connects and negotiates. QEMU serves one client at a time: while another is connected, the
   * greeting doesn't come and this fails after the limit.
   *
   * @param limit for this and for each later call
   * @param listener is told of events as they are read, which is during calls
   */
  public static QmpConnection connect(Path socket, Duration limit, Consumer<QmpEvent> listener)
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
      var connection = new QmpConnection(channel, selector, limit, listener);
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

  public RunState status() throws QmpException {
    return RunState.parse(execute("query-status").path("status").asText());
  }

  /** Halts the vCPUs. */
  public void stop() throws QmpException {
    execute("stop");
  }

  /** Lets the vCPUs run on. */
  public void cont() throws QmpException {
    execute("cont");
  }

  /** Presses the ACPI power button. What comes of it is the guest's affair. */
  public void systemPowerdown() throws QmpException {
    execute("system_powerdown");
  }

  /** Ends QEMU at once. */
  public void quit() throws QmpException {
    execute("quit");
  }

  /** Thread ids on the host, by vCPU number. */
  public List<Long> vcpuThreads() throws QmpException {
    var threads = new ArrayList<Long>();
    for (JsonNode vcpu : execute("query-cpus-fast")) {
      threads.add(vcpu.path("thread-id").asLong());
    }
    return threads;
  }

  /** VM exits of all vCPUs since QEMU's start, as KVM counts them (statistic {@code exits}). */
  public long vcpuExits() throws QmpException {
    var arguments = JSON.createObjectNode().put("target", "vcpu");
    arguments
        .putArray("providers")
        .addObject()
        .put("provider", "kvm")
        .putArray("names")
        .add("exits");
    long total = 0;
    boolean counted = false;
    for (JsonNode vcpu : execute("query-stats", arguments, deadline())) {
      for (JsonNode statistic : vcpu.path("stats")) {
        if (statistic.path("name").asText().equals("exits")) {
          total += statistic.path("value").asLong();
          counted = true;
        }
      }
    }
    if (!counted) {
      throw new QmpException("QEMU has no statistic of VM exits");
    }
    return total;
  }

  /**
   * Pass-through devices that the guest has, by QEMU's ids, each with its address on the host; also
   * those it was asked to let go of and hasn't yet.
   */
  public Map<String, String> vfioDevices() throws QmpException {
    var devices = new TreeMap<String, String>();
    var path = JSON.createObjectNode().put("path", PERIPHERAL);
    for (JsonNode entry : execute("qom-list", path, deadline())) {
      if (entry.path("type").asText().equals("child<vfio-pci>")) {
        var id = entry.path("name").asText();
        var host =
            JSON.createObjectNode().put("path", PERIPHERAL + "/" + id).put("property", "host");
        devices.put(id, execute("qom-get", host, deadline()).asText());
      }
    }
    return devices;
  }

  /**
   * Gives the guest a function of the host. QEMU tells the IOMMU of all the guest's memory first.
   *
   * @param id QEMU's name for it
   * @param host its address, such as {@code 0000:3b:00.0}
   * @param bus the root port it is behind
   */
  public void addVfioDevice(String id, String host, String bus) throws QmpException {
    var arguments =
        JSON.createObjectNode()
            .put("driver", "vfio-pci")
            .put("id", id)
            .put("host", host)
            .put("bus", bus);
    execute("device_add", arguments, deadline());
  }

  /** Asks the guest to let go of a device. It is gone when {@link #vfioDevices} has it no more. */
  public void removeDevice(String id) throws QmpException {
    execute("device_del", JSON.createObjectNode().put("id", id), deadline());
  }

  private JsonNode execute(String command) throws QmpException {
    return execute(command, JSON.createObjectNode(), deadline());
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
