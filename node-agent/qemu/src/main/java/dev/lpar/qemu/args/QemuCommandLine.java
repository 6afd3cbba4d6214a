package dev.lpar.qemu.args;

import dev.lpar.qemu.args.GuestConfig.Disk;
import dev.lpar.qemu.args.GuestConfig.Firmware;
import dev.lpar.qemu.args.GuestConfig.Memory;
import dev.lpar.qemu.args.GuestConfig.Pages;
import dev.lpar.qemu.args.GuestConfig.Processors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line of a guest, for QEMU 10. What is fixed here makes the guest transparent: the
 * host's own processor model, memory that stays where it is, disks past the host's cache, and no
 * device that the partition wasn't given.
 */
public final class QemuCommandLine {
  public static final String PROGRAM = "/usr/bin/qemu-system-x86_64";

  /** Files in the run directory. */
  public static final String QMP_SOCKET = "qmp";

  public static final String CONSOLE_SOCKET = "console";
  public static final String CONSOLE_LOG = "console.log";
  public static final String PID_FILE = "pid";

  /** Slot of the first disk on the root bus; a disk keeps its slot while those before it stay. */
  private static final int FIRST_DISK_SLOT = 0x08;

  /** Slot of the root ports on the root bus: behind those of the disks. */
  private static final String PORTS_SLOT = "0x18";

  private final List<String> arguments = new ArrayList<>(List.of(PROGRAM));

  private QemuCommandLine() {}

  /** Program and arguments. */
  public static List<String> of(GuestConfig guest) {
    var line = new QemuCommandLine();
    line.isolation(guest);
    line.processors(guest);
    line.memory(guest.memory());
    line.overcommit(guest);
    line.identity(guest);
    line.firmware(guest.firmware());
    line.disks(guest.disks());
    line.ports();
    // It goes on when it is told to, once its CPUs are set up and its devices are there.
    line.add("-S");
    line.channels(guest.runDirectory());
    return List.copyOf(line.arguments);
  }

  private void isolation(GuestConfig guest) {
    add("-name", new OptionList().with("guest", guest.name()).with("debug-threads", "on"));
    add("-nodefaults");
    add("-no-user-config");
    add("-display", "none");
    add(
        "-sandbox",
        new OptionList("on")
            .with("obsolete", "deny")
            .with("elevateprivileges", "deny")
            .with("spawn", "deny")
            .with("resourcecontrol", "deny"));
    add("-msg", "timestamp=on");
  }

  private void processors(GuestConfig guest) {
    // No VMware backdoor port and no system management mode: a blade's guests see neither used.
    var machine =
        new OptionList("q35")
            .with("accel", "kvm")
            .with("vmport", "off")
            .with("hpet", "off")
            .with("smm", "off")
            .with("memory-backend", "memory");
    if (guest.firmware() instanceof Firmware.Uefi) {
      machine.with("pflash0", "firmware").with("pflash1", "variables");
    }
    add("-machine", machine);
    // The host's processor as it is, with what can't be migrated, too.
    var cpu = new OptionList("host").with("migratable", "off");
    if (guest.processors() instanceof Processors.Dedicated(_, var threads, var extensions)
        && threads > 1
        && extensions) {
      // The one feature that "host" leaves out; without it a guest sees no siblings.
      cpu.with("topoext", "on");
    }
    add("-cpu", cpu);
    add("-smp", topology(guest.processors()));
  }

  private static OptionList topology(Processors processors) {
    int threads =
        switch (processors) {
          case Processors.Shared _ -> 1;
          case Processors.Dedicated(_, var threadsPerCore, _) -> threadsPerCore;
        };
    return new OptionList(Integer.toString(processors.vcpus()))
        .with("sockets", 1)
        .with("cores", processors.vcpus() / threads)
        .with("threads", threads);
  }

  private void memory(Memory memory) {
    var size = (memory.bytes() >> 20) + "M";
    add("-m", size);
    var backend =
        new OptionList(
                memory.pages() == Pages.SIZE_4KI ? "memory-backend-ram" : "memory-backend-memfd")
            .with("id", "memory")
            .with("size", size);
    switch (memory.pages()) {
      case SIZE_4KI -> {}
      case SIZE_2MI -> backend.with("hugetlb", "on").with("hugetlbsize", "2M");
      case SIZE_1GI -> backend.with("hugetlb", "on").with("hugetlbsize", "1G");
    }
    if (memory.numaNode() != null) {
      backend.with("host-nodes", memory.numaNode()).with("policy", "bind");
    }
    // All of it from the start, never merged with another guest's, in no core dump.
    add("-object", backend.with("prealloc", "on").with("merge", "off").with("dump", "off"));
  }

  private void overcommit(GuestConfig guest) {
    var options = new OptionList();
    // Huge pages can't be swapped; small ones are locked as they are touched, which is at once.
    if (guest.memory().pages() == Pages.SIZE_4KI) {
      options.with("mem-lock", "on-fault");
    }
    // A halt needn't exit to the blade where nothing else could use the CPU.
    if (guest.processors() instanceof Processors.Dedicated) {
      options.with("cpu-pm", "on");
    }
    if (!options.toString().isEmpty()) {
      add("-overcommit", options);
    }
  }

  private void identity(GuestConfig guest) {
    add("-uuid", guest.uuid());
    add(
        "-smbios",
        new OptionList("type=1")
            .with("manufacturer", "lpar.dev")
            .with("product", "Logical partition")
            .with("uuid", guest.uuid())
            .with("serial", guest.serialNumber()));
  }

  private void firmware(Firmware firmware) {
    switch (firmware) {
      case Firmware.Bios() -> {}
      case Firmware.Uefi(var variables) -> {
        add("-blockdev", file("firmware", Firmware.Uefi.CODE).with("read-only", "on"));
        add("-blockdev", file("variables", variables));
      }
      case Firmware.Direct(var kernel, var initrd, var commandLine) -> {
        add("-kernel", kernel);
        if (initrd != null) {
          add("-initrd", initrd);
        }
        if (!commandLine.isEmpty()) {
          add("-append", commandLine);
        }
      }
    }
    // What isn't named in the boot order isn't booted from.
    add("-boot", "strict=on");
  }

  private static OptionList file(String node, String path) {
    return new OptionList("driver=file").with("node-name", node).with("filename", path);
  }

  /**
   * Disks are NVMe controllers in the guest: every system that starts from an NVMe disk on bare
   * metal has the driver at hand when it starts from the same disk here.
   */
  private void disks(List<Disk> disks) {
    boolean ordered = disks.stream().anyMatch(disk -> disk.bootIndex() != null);
    for (int i = 0; i < disks.size(); i++) {
      var disk = disks.get(i);
      var node = "disk-" + i;
      add(
          "-blockdev",
          new OptionList("driver=host_device")
              .with("node-name", node)
              .with("filename", disk.node())
              .with("aio", "native")
              .with("cache.direct", "on")
              .with("cache.no-flush", "off")
              .with("discard", "unmap"));
      var device =
          new OptionList("nvme")
              .with("drive", node)
              .with("serial", disk.name())
              .with("bus", "pcie.0")
              .with("addr", "0x" + Integer.toHexString(FIRST_DISK_SLOT + i));
      Integer bootIndex = ordered ? disk.bootIndex() : Integer.valueOf(i + 1);
      add("-device", withBootIndex(device, bootIndex));
    }
  }

  private static OptionList withBootIndex(OptionList device, @Nullable Integer bootIndex) {
    return bootIndex == null ? device : device.with("bootindex", bootIndex);
  }

  /**
   * Root ports for pass-through devices, which QEMU is given over QMP: there is one way for those
   * that are there from the start and those that come later.
   */
  private void ports() {
    for (int i = 0; i < GuestDevices.PORTS; i++) {
      var port =
          new OptionList("pcie-root-port")
              .with("id", GuestDevices.port(i))
              .with("chassis", i + 1)
              .with("bus", "pcie.0")
              .with("addr", PORTS_SLOT + "." + i);
      add("-device", i == 0 ? port.with("multifunction", "on") : port);
    }
  }

  private void channels(String runDirectory) {
    var console =
        new OptionList("socket")
            .with("id", "console")
            .with("path", runDirectory + "/" + CONSOLE_SOCKET)
            .with("server", "on")
            .with("wait", "off")
            .with("logfile", runDirectory + "/" + CONSOLE_LOG)
            .with("logappend", "on");
    add("-chardev", console);
    add("-serial", "chardev:console");
    // The one paravirtual device: it tells a panicked kernel from a busy one.
    add("-device", "pvpanic");
    add("-action", "reboot=reset,shutdown=poweroff,panic=pause");
    add(
        "-chardev",
        new OptionList("socket")
            .with("id", "qmp")
            .with("path", runDirectory + "/" + QMP_SOCKET)
            .with("server", "on")
            .with("wait", "off"));
    add("-mon", "chardev=qmp,mode=control");
    add("-pidfile", runDirectory + "/" + PID_FILE);
  }

  private void add(String option) {
    arguments.add(option);
  }

  private void add(String option, Object value) {
    arguments.add(option);
    arguments.add(value.toString());
  }
}
