package dev.lpar.agent;

import dev.lpar.agent.endpoint.CertificateKeeper;
import dev.lpar.agent.endpoint.ChangingContext;
import dev.lpar.agent.endpoint.Gate;
import dev.lpar.agent.endpoint.HealthEndpoint;
import dev.lpar.agent.endpoint.Route;
import dev.lpar.agent.endpoint.SecureEndpoint;
import dev.lpar.agent.execute.Lanes;
import dev.lpar.agent.execute.StepExecutor;
import dev.lpar.agent.host.BladeStartProbes;
import dev.lpar.agent.host.BpfExitCounter;
import dev.lpar.agent.host.BpfExitTracer;
import dev.lpar.agent.host.CgroupCpus;
import dev.lpar.agent.host.DiskPartitionFiles;
import dev.lpar.agent.host.GuestPreparation;
import dev.lpar.agent.host.GuestPreparation.Places;
import dev.lpar.agent.host.ImageQemuStore;
import dev.lpar.agent.host.SysfsDevices;
import dev.lpar.agent.host.SysfsHugePages;
import dev.lpar.agent.host.SystemdGuests;
import dev.lpar.agent.host.TraceFiles;
import dev.lpar.agent.observe.CpuTopologyReader;
import dev.lpar.agent.observe.DeviceHolders;
import dev.lpar.agent.observe.HardwareEvents;
import dev.lpar.agent.observe.HostFiles;
import dev.lpar.agent.observe.HostObserver;
import dev.lpar.agent.observe.HostObserver.Facts;
import dev.lpar.agent.observe.Inventory;
import dev.lpar.agent.observe.InventoryWatch;
import dev.lpar.agent.observe.NodeMemory;
import dev.lpar.agent.observe.PciDevices;
import dev.lpar.agent.report.ApiServer;
import dev.lpar.agent.report.BladeFollower;
import dev.lpar.agent.report.ClusterBladeApi;
import dev.lpar.agent.report.ClusterReviews;
import dev.lpar.agent.report.LeaseKeeper;
import dev.lpar.agent.report.Metrics;
import dev.lpar.agent.report.StatusComposer;
import dev.lpar.agent.report.StatusReporter;
import dev.lpar.agent.report.TraceRecords;
import dev.lpar.agent.systemd.SystemdTransientUnits;
import dev.lpar.linux.HostRoot;
import dev.lpar.linux.TransparentHugePages;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.logging.LogManager;
import org.jspecify.annotations.Nullable;

/**
 * The node agent. Ends on SIGTERM at once and leaves the guests as they are: they belong to the
 * blade's systemd, and the next agent takes them over.
 */
public final class Main {
  private static final Path IMAGE_QEMU = Path.of("/opt/qemu");
  private static final Path SYS = Path.of("/sys");
  private static final Path TRACING = SYS.resolve("kernel/tracing");
  private static final Path BPF = SYS.resolve("fs/bpf");
  private static final Path PROC = Path.of("/proc");
  private static final Duration BETWEEN_LOOKS_AT_THE_HEAP = Duration.ofSeconds(5);

  /** In bytes; the young generation alone comes and goes with half of it. */
  private static final long HEAP_GROWTH = 3 << 19;

  private static final String SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket";

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    try (var logging = Main.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(logging);
    }
    // The agent uses little memory, here and there: huge pages would be mostly unused.
    TransparentHugePages.refuse();
    var settings = Settings.from(System.getenv());
    var version = version();
    var clock = Clock.systemUTC();
    var hostFiles = new HostFiles(settings.hostRoot());

    var units = new SystemdTransientUnits(SYSTEM_BUS);
    var guests =
        new SystemdGuests(
            units,
            new GuestPreparation(Places.BLADE, CpuTopologyReader.hasTopologyExtensions(hostFiles)));
    var inventory = new InventoryWatch(hostFiles, clock);
    var devices =
        new SysfsDevices(
            SYS,
            Places.BLADE.heldDevices(),
            new SysfsDevices.Looks(
                () -> PciDevices.read(hostFiles),
                new DeviceHolders(hostFiles)::inWords,
                units::loadModule));
    var cpus =
        new CgroupCpus(
            SYS,
            PROC,
            units,
            new CgroupCpus.Readings(
                () -> CpuTopologyReader.read(hostFiles), () -> NodeMemory.free(hostFiles)));
    var files = new DiskPartitionFiles(Places.BLADE.durable(), Places.BLADE.run());
    var qemu = new ImageQemuStore(IMAGE_QEMU, Places.BLADE.qemu());
    var hugePages = new SysfsHugePages(SYS);
    var wake = new WakeUp();
    var traces = new TraceFiles(Places.BLADE.traces());
    var tracer = new BpfExitTracer(TRACING, BPF, traces, clock, wake::call);
    var probes = new BladeStartProbes(new HostRoot(settings.hostRoot()));
    var observer =
        new HostObserver(
            new HostObserver.Ports(
                guests,
                files,
                qemu,
                hugePages,
                probes,
                devices,
                cpus,
                new BpfExitCounter(TRACING, BPF, PROC),
                tracer,
                () -> inventory.get().devices(),
                () -> facts(hostFiles)),
            clock);

    var server = ApiServer.connect();
    var api =
        new ClusterBladeApi(
            server,
            new ClusterBladeApi.Identity(settings.node(), settings.namespace(), settings.holder()));
    var hardware =
        new HardwareEvents(
            clock,
            () -> {
              inventory.changed();
              wake.call();
            });
    var blade = new BladeFollower(api, wake::call);
    var reporter = new StatusReporter(api, blade::blade, clock);
    var metrics = new Metrics(version);
    var lanes =
        new Lanes(
            new StepExecutor(guests, files, qemu, hugePages, devices, cpus, tracer)::execute,
            wake::call);
    var loop =
        new AgentLoop(
            version,
            blade,
            inventory,
            observer,
            lanes,
            sources -> {
              metrics.tell(sources.plan(), sources.host().exits());
              reporter.tell(StatusComposer.compose(sources));
            },
            wake,
            clock);

    new HealthEndpoint(settings.port(), () -> true, loop::looksWell).start();
    var context = new ChangingContext();
    var gate = new Gate(new ClusterReviews(server), clock);
    var routes =
        List.<Route<?>>of(
            Route.page("/metrics", Metrics.TYPE, metrics::text),
            new TraceRecords(blade::desired, traces).route());
    new SecureEndpoint(settings.https().port(), context, gate, routes).start();
    var certificate = new CertificateKeeper(settings.https().certificates(), context);
    Thread.ofPlatform().name("certificate").daemon().start(() -> certificate.run(loop::looksWell));
    Thread.ofPlatform().name("blade").daemon().start(blade::run);
    Thread.ofPlatform().name("status").daemon().start(reporter::run);
    Thread.ofPlatform().name("hardware").daemon().start(hardware);
    Thread.ofPlatform().name("lease").daemon().start(new LeaseKeeper(api, clock)::run);
    Thread.ofPlatform().name("memory").daemon().start(Main::giveMemoryBack);
    loop.run();
  }

  /**
   * The serial collector gives memory back when it collects the whole heap, and by itself it does
   * so when the heap has grown to its limit. Here it does once more is in use than after the last
   * time.
   */
  private static void giveMemoryBack() {
    long kept = 0;
    try {
      while (true) {
        Thread.sleep(BETWEEN_LOOKS_AT_THE_HEAP);
        if (usedHeap() - kept > HEAP_GROWTH) {
          System.gc();
          kept = usedHeap();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long usedHeap() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static String version() {
    return Objects.requireNonNullElse(
        Main.class.getPackage().getImplementationVersion(), "development");
  }

  private static Facts facts(HostFiles files) {
    return new Facts(Inventory.bootId(files), kvmMissing(), Inventory.availableMemory(files));
  }

  private static @Nullable String kvmMissing() {
    var device = Places.BLADE.kvm();
    try (var _ = FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return null;
    } catch (IOException e) {
      return "the blade has no KVM: can't open " + device + ": " + e.getMessage();
    }
  }
}
