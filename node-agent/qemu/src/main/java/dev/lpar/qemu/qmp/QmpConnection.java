package dev.lpar.qemu.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A client of the QEMU Machine Protocol (QEMU's docs/interop/qmp-spec.rst), typed. Every call ends
 * within the connection's limit: a QEMU that hangs, writes half a line, nothing, or no JSON is a
 * {@link QmpException}. For one thread at a time.
 */
public final class QmpConnection implements AutoCloseable {
  /** Where QEMU's object model has the devices that were given an id. */
  private static final String PERIPHERAL = "/machine/peripheral";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final QmpTransport transport;

  private QmpConnection(QmpTransport transport) {
    this.transport = transport;
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
    return new QmpConnection(QmpTransport.connect(socket, limit, listener));
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

  /** Thread ids on the host, in the order of the vCPUs' numbers. */
  public List<Long> vcpuThreads() throws QmpException {
    var threads = new TreeMap<Integer, Long>();
    for (JsonNode vcpu : execute("query-cpus-fast")) {
      var thread = vcpu.path("thread-id");
      if (!thread.isIntegralNumber()) {
        throw new QmpException("QEMU doesn't tell the thread of a vCPU: " + vcpu);
      }
      threads.put(vcpu.path("cpu-index").asInt(), thread.asLong());
    }
    return List.copyOf(threads.values());
  }

  /**
   * KVM's statistics of vCPUs, summed over all of them since QEMU's start.
   *
   * @param names of numbers, such as {@code exits}; one that this kernel doesn't have is left out
   */
  public Map<String, Long> vcpuStatistics(List<String> names) throws QmpException {
    var arguments = JSON.createObjectNode().put("target", "vcpu");
    var wanted =
        arguments.putArray("providers").addObject().put("provider", "kvm").putArray("names");
    names.forEach(wanted::add);
    var sums = new TreeMap<String, Long>();
    for (JsonNode vcpu : execute("query-stats", arguments)) {
      for (JsonNode statistic : vcpu.path("stats")) {
        var name = statistic.path("name").asText();
        if (names.contains(name) && statistic.path("value").isIntegralNumber()) {
          sums.merge(name, statistic.path("value").asLong(), Long::sum);
        }
      }
    }
    return sums;
  }

  /**
   * Pass-through devices that the guest has, by QEMU's ids, each with its address on the host; also
   * those it was asked to let go of and hasn't yet.
   */
  public Map<String, String> vfioDevices() throws QmpException {
    var devices = new TreeMap<String, String>();
    var path = JSON.createObjectNode().put("path", PERIPHERAL);
    for (JsonNode entry : execute("qom-list", path)) {
      if (entry.path("type").asText().equals("child<vfio-pci>")) {
        var id = entry.path("name").asText();
        var host =
            JSON.createObjectNode().put("path", PERIPHERAL + "/" + id).put("property", "host");
        devices.put(id, execute("qom-get", host).asText());
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
    execute("device_add", arguments);
  }

  /** Asks the guest to let go of a device. It is gone when {@link #vfioDevices} has it no more. */
  public void removeDevice(String id) throws QmpException {
    execute("device_del", JSON.createObjectNode().put("id", id));
  }

  private JsonNode execute(String command) throws QmpException {
    return execute(command, JSON.createObjectNode());
  }

  private JsonNode execute(String command, ObjectNode arguments) throws QmpException {
    return transport.execute(command, arguments);
  }

  @Override
  public void close() {
    transport.close();
  }
}
