package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.api.v1alpha1.BladeDeviceBuilder;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.PartitionStatusBuilder;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.model.CpuSet;
import dev.lpar.model.CpuTopology;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Boot;
import dev.lpar.model.PartitionIntent.CrashPolicy;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PartitionIntent.DiskIntent;
import dev.lpar.model.PartitionIntent.HardwareIdentity;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import dev.lpar.model.VirtualFunctionCount;
import dev.lpar.operator.plan.BladeView.Readiness;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Partitions and blades for the tables. */
final class Fixtures {
  private Fixtures() {}

  static LparId id(int number) {
    return new LparId("00000000-0000-4000-8000-%012d".formatted(number));
  }

  /** With vCPUs enough for any ratio of a blade's 8 CPUs. */
  static PartitionIntent shared(int number, int ratio, String memory) {
    return intent(number, new Processors.Shared(8, ratio, false), memory, Pages.SIZE_2MI);
  }

  static PartitionIntent dedicated(int number, int vcpus, String memory) {
    return intent(number, new Processors.Dedicated(vcpus, 1), memory, Pages.SIZE_2MI);
  }

  static PartitionIntent intent(int number, Processors cpu, String memory, Pages pages) {
    return new PartitionIntent(
        id(number),
        "payments",
        "lpar-" + number,
        1,
        Power.RUNNING,
        120,
        CrashPolicy.RESTART,
        cpu,
        MemorySize.parse(memory),
        pages,
        new Boot.Uefi(),
        List.of(),
        List.of(),
        new HardwareIdentity(id(number).text(), id(number).text()));
  }

  /** The next generation of an intent, changed in these. */
  static PartitionIntent changed(
      PartitionIntent was, Processors cpu, String memory, Power power, long generation) {
    return new PartitionIntent(
        was.id(),
        was.namespace(),
        was.name(),
        generation,
        power,
        was.graceSeconds(),
        was.onCrash(),
        cpu,
        MemorySize.parse(memory),
        was.pages(),
        was.boot(),
        was.disks(),
        was.devices(),
        was.identity());
  }

  static PartitionIntent withDisk(PartitionIntent was, String path) {
    return new PartitionIntent(
        was.id(),
        was.namespace(),
        was.name(),
        was.generation(),
        was.power(),
        was.graceSeconds(),
        was.onCrash(),
        was.cpu(),
        was.memory(),
        was.pages(),
        was.boot(),
        List.of(new DiskIntent("data", path, null)),
        was.devices(),
        was.identity());
  }

  static Wish anywhere(PartitionIntent intent) {
    return wish(intent, null, null);
  }

  static Wish last(PartitionIntent intent, String blade) {
    return wish(intent, null, blade);
  }

  static Wish pinned(PartitionIntent intent, String pin, String lastBlade) {
    return wish(intent, pin, lastBlade);
  }

  static Wish wish(PartitionIntent intent, String pin, String lastBlade, DeviceNeed... devices) {
    return new Wish(intent, List.of(devices), pin, Map.of(), lastBlade, List.of());
  }

  /** Blades, and the devices that they have. */
  static Fleet fleet(Blade... blades) {
    return new Fleet(
        Arrays.stream(blades).map(Blade::view).toList(),
        Arrays.stream(blades).flatMap(blade -> blade.objects.stream()).toList());
  }

  static DeviceNeed named(String name, String passthroughDevice) {
    return new DeviceNeed.Named(name, passthroughDevice);
  }

  static DeviceNeed selected(String name, String... labels) {
    var map = new HashMap<String, String>();
    for (var label : labels) {
      map.put(label.split("=")[0], label.split("=")[1]);
    }
    return new DeviceNeed.Selected(name, map);
  }

  /** A claim of the device of this name, whose serial number is its name. */
  static DeviceIntent claim(String name, String device) {
    return new DeviceIntent(name, device, serial(device));
  }

  static DeviceIdentity serial(String number) {
    return new DeviceIdentity(number, null, null, null, null);
  }

  /** A function with a serial number, in a group of its own unless said otherwise. */
  static BladeDeviceBuilder function(String serial, int bus) {
    return BladeDeviceBuilder.builder()
        .address("0000:%02x:00.0".formatted(bus))
        .pciId("144d:a808")
        .pciClass("010802")
        .kind("storage")
        .serialNumber(serial)
        .slot(Integer.toString(bus))
        .iommuGroup(bus)
        .driver("nvme");
  }

  /** Offered to all, declared by an administrator. */
  static DeviceObject offered(String name, String blade, String... labels) {
    return object(name, blade, serial(name), true, List.of(), labels);
  }

  static DeviceObject object(
      String name,
      String blade,
      DeviceIdentity identity,
      boolean assignable,
      List<String> namespaces,
      String... labels) {
    var map = new HashMap<String, String>();
    for (var label : labels) {
      map.put(label.split("=")[0], label.split("=")[1]);
    }
    return new DeviceObject(
        name, map, blade, identity, assignable, namespaces, null, true, false, Instant.EPOCH);
  }

  /** The same object, asking for virtual functions. */
  static DeviceObject asking(DeviceObject object, Integer virtualFunctions) {
    return new DeviceObject(
        object.name(),
        object.labels(),
        object.blade(),
        object.identity(),
        object.assignable(),
        object.allowedNamespaces(),
        virtualFunctions,
        object.declared(),
        object.discovered(),
        object.created());
  }

  static Blade blade(String name) {
    return new Blade(name);
  }

  /** NUMA nodes with so many cores each, of so many threads: 0-1, 2-3, … */
  static CpuTopology cores(int nodes, int cores, int threads) {
    return new CpuTopology(
        IntStream.range(0, nodes)
            .mapToObj(
                node ->
                    new CpuTopology.Node(
                        node,
                        node,
                        IntStream.range(node * cores, (node + 1) * cores)
                            .mapToObj(core -> core(core, threads))
                            .toList()))
            .toList(),
        CpuSet.EMPTY);
  }

  static CpuTopology cores(int cores, int threads) {
    return cores(1, cores, threads);
  }

  private static CpuSet core(int number, int threads) {
    return CpuSet.of(IntStream.range(number * threads, (number + 1) * threads).toArray());
  }

  /** A blade with 8 CPUs, 16Gi of 2Mi pages and 4Gi of 4Ki pages, unless said otherwise. */
  static final class Blade {
    private final String name;
    private final List<PartitionIntent> assigned = new ArrayList<>();
    private final Map<LparId, PartitionStatus> reports = new HashMap<>();
    private Map<String, String> labels = Map.of();
    private boolean maintenance;
    private Readiness readiness = Readiness.READY;
    private boolean virtualizes = true;
    private CpuTopology topology = cores(8, 1);
    private int hostCpus;
    private int sharedMinimum;
    private CpuSet sharedNow;
    private final Map<LparId, List<Integer>> pins = new HashMap<>();
    private String huge = "16Gi";
    private boolean caughtUp = true;
    private final List<BladeDevice> functions = new ArrayList<>();
    private final List<DeviceObject> objects = new ArrayList<>();
    private final List<VirtualFunctionCount> told = new ArrayList<>();
    private boolean reportsDevices = true;

    private Blade(String name) {
      this.name = name;
    }

    Blade has(PartitionIntent... intents) {
      assigned.addAll(List.of(intents));
      return this;
    }

    Blade reports(PartitionIntent intent, Phase phase, PartitionReason reason) {
      return reports(
          PartitionStatusBuilder.builder()
              .id(intent.id().text())
              .generation(intent.generation())
              .phase(phase)
              .reason(reason)
              .build());
    }

    Blade reports(PartitionStatus report) {
      reports.put(new LparId(report.id()), report);
      return this;
    }

    /** Devices that are there and offered, each with its name as its serial number. */
    Blade offers(String... names) {
      for (var device : names) {
        device(Fixtures.function(device, functions.size() + 1), offered(device, name));
      }
      return this;
    }

    Blade device(BladeDeviceBuilder function, DeviceObject object) {
      functions.add(function.build());
      return object(object);
    }

    Blade object(DeviceObject object) {
      objects.add(object);
      return this;
    }

    Blade function(BladeDeviceBuilder function) {
      functions.add(function.build());
      return this;
    }

    /** What the blade is told: a number of virtual functions of the device of this name. */
    Blade told(String device, int count) {
      told.add(new VirtualFunctionCount(device, serial(device), count));
      return this;
    }

    Blade withoutReportOfDevices() {
      reportsDevices = false;
      return this;
    }

    Blade labels(Map<String, String> labels) {
      this.labels = labels;
      return this;
    }

    Blade inMaintenance() {
      maintenance = true;
      return this;
    }

    Blade is(Readiness readiness) {
      this.readiness = readiness;
      return this;
    }

    Blade withoutVirtualization() {
      virtualizes = false;
      return this;
    }

    Blade cpus(int cpus) {
      return cpus(cores(cpus, 1));
    }

    Blade cpus(CpuTopology topology) {
      this.topology = topology;
      return this;
    }

    Blade hostCpus(int cpus) {
      hostCpus = cpus;
      return this;
    }

    Blade sharedMinimum(int cpus) {
      sharedMinimum = cpus;
      return this;
    }

    Blade sharedNow(String cpus) {
      sharedNow = CpuSet.parse(cpus);
      return this;
    }

    Blade pins(PartitionIntent intent, Integer... cpus) {
      pins.put(intent.id(), List.of(cpus));
      return this;
    }

    Blade huge(String memory) {
      this.huge = memory;
      return this;
    }

    Blade behind() {
      caughtUp = false;
      return this;
    }

    BladeView view() {
      return new BladeView(
          name,
          labels,
          maintenance,
          readiness,
          "no sign of life from the blade's agent for 40 s",
          virtualizes,
          new BladeCpus(topology, hostCpus, sharedMinimum, sharedNow, pins),
          new Capacity(
              MemorySize.parse("4Gi"), Map.of(Pages.SIZE_2MI, MemorySize.parse(huge)), 100),
          assigned,
          reports,
          caughtUp,
          new BladeInventory(name, reportsDevices ? functions : null, objects, told));
    }
  }
}
