package dev.lpar.api.v1alpha1;

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
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The three forms of one partition's intent, turned into each other: an {@link Lpar}'s spec (with
 * gaps), the {@link PartitionIntent} (gaps filled by the defaults, decided here and nowhere else),
 * and the {@link Partition} that travels in {@code Blade.spec}.
 */
public final class PartitionIntents {
  public static final int DEFAULT_GRACE_SECONDS = 120;

  private PartitionIntents() {}

  /**
   * The intent of a stored Lpar: its spec with defaults filled in. It has no devices: which ones
   * the spec means is decided with the place, where they are.
   */
  public static PartitionIntent of(Lpar lpar) {
    var meta = lpar.getMetadata();
    var spec = lpar.getSpec();
    var identity = spec.identity();
    var shutdown = spec.shutdown();
    return new PartitionIntent(
        new LparId(meta.getUid()),
        meta.getNamespace(),
        meta.getName(),
        meta.getGeneration(),
        power(or(spec.powerState(), PowerState.RUNNING)),
        or(shutdown == null ? null : shutdown.graceSeconds(), DEFAULT_GRACE_SECONDS),
        crashPolicy(or(spec.onCrash(), OnCrash.RESTART)),
        processors(spec.cpu()),
        MemorySize.parse(spec.memory().size()),
        pages(or(spec.memory().pageSize(), PageSize.SIZE_2MI)),
        boot(or(spec.firmware(), Firmware.UEFI), spec.directBoot()),
        disks(spec.disks()),
        List.of(),
        new HardwareIdentity(
            or(identity == null ? null : identity.uuid(), meta.getUid()),
            or(identity == null ? null : identity.serialNumber(), meta.getUid())));
  }

  /** The intent that a blade was given. */
  public static PartitionIntent of(Partition partition) {
    var identity = partition.identity();
    return new PartitionIntent(
        new LparId(partition.id()),
        partition.namespace(),
        partition.name(),
        partition.generation(),
        power(partition.powerState()),
        partition.graceSeconds(),
        crashPolicy(partition.onCrash()),
        processors(partition.cpu()),
        MemorySize.parse(partition.memory().size()),
        pages(or(partition.memory().pageSize(), PageSize.SIZE_2MI)),
        boot(partition.firmware(), partition.directBoot()),
        disks(partition.disks()),
        or(partition.devices(), List.<AssignedDevice>of()).stream()
            .map(
                device ->
                    new DeviceIntent(
                        device.name(), device.passthroughDevice(), device.identity().toModel()))
            .toList(),
        new HardwareIdentity(
            or(identity.uuid(), partition.id()), or(identity.serialNumber(), partition.id())));
  }

  /** What the operator writes into {@code Blade.spec.partitions}. */
  public static Partition toPartition(PartitionIntent intent) {
    var direct = intent.boot() instanceof Boot.Direct d ? d : null;
    return new Partition(
        intent.id().text(),
        intent.namespace(),
        intent.name(),
        intent.generation(),
        PowerState.valueOf(intent.power().name()),
        intent.graceSeconds(),
        OnCrash.valueOf(intent.onCrash().name()),
        switch (intent.cpu()) {
          case Processors.Dedicated(var vcpus, var threads) ->
              new Cpu(vcpus, CpuMode.DEDICATED, null, null, threads);
          case Processors.Shared(var vcpus, var ratio, var capped) ->
              new Cpu(vcpus, CpuMode.SHARED, ratio, capped, null);
        },
        new Memory(intent.memory().toString(), PageSize.valueOf(intent.pages().name())),
        firmware(intent.boot()),
        direct == null
            ? null
            : new DirectBoot(direct.kernel(), direct.initrd(), direct.commandLine()),
        intent.disks().stream()
            .map(disk -> new Disk(disk.name(), disk.blockDevice(), disk.bootIndex()))
            .toList(),
        intent.devices().stream()
            .map(
                device ->
                    new AssignedDevice(
                        device.name(),
                        device.passthroughDevice(),
                        PassthroughDeviceSpec.Identity.of(device.identity())))
            .toList(),
        new Identity(intent.identity().uuid(), intent.identity().serialNumber()));
  }

  /** The settings in force, for {@code Lpar.status.effective}. */
  public static EffectiveSettings effective(PartitionIntent intent) {
    return new EffectiveSettings(
        PowerState.valueOf(intent.power().name()),
        intent.graceSeconds(),
        OnCrash.valueOf(intent.onCrash().name()),
        firmware(intent.boot()),
        PageSize.valueOf(intent.pages().name()),
        intent.cpu() instanceof Processors.Shared shared ? shared.capped() : null,
        intent.cpu() instanceof Processors.Dedicated dedicated ? dedicated.threadsPerCore() : null,
        new Identity(intent.identity().uuid(), intent.identity().serialNumber()));
  }

  private static Firmware firmware(Boot boot) {
    return switch (boot) {
      case Boot.Uefi() -> Firmware.UEFI;
      case Boot.Bios() -> Firmware.BIOS;
      case Boot.Direct _ -> Firmware.DIRECT;
    };
  }

  private static Power power(PowerState state) {
    return Power.valueOf(state.name());
  }

  private static CrashPolicy crashPolicy(OnCrash onCrash) {
    return CrashPolicy.valueOf(onCrash.name());
  }

  private static Pages pages(PageSize size) {
    return Pages.valueOf(size.name());
  }

  private static Processors processors(Cpu cpu) {
    return switch (cpu.mode()) {
      case DEDICATED -> new Processors.Dedicated(cpu.vcpus(), or(cpu.threadsPerCore(), 1));
      case SHARED ->
          new Processors.Shared(
              cpu.vcpus(),
              Objects.requireNonNull(cpu.serviceRatio(), "the schema demands cpu.serviceRatio"),
              or(cpu.capped(), false));
    };
  }

  private static Boot boot(Firmware firmware, @Nullable DirectBoot direct) {
    return switch (firmware) {
      case UEFI -> new Boot.Uefi();
      case BIOS -> new Boot.Bios();
      case DIRECT -> {
        var boot = Objects.requireNonNull(direct, "the schema demands directBoot");
        yield new Boot.Direct(boot.kernel(), boot.initrd(), or(boot.commandLine(), ""));
      }
    };
  }

  private static List<DiskIntent> disks(@Nullable List<Disk> disks) {
    return or(disks, List.<Disk>of()).stream()
        .map(disk -> new DiskIntent(disk.name(), disk.blockDevice(), disk.bootIndex()))
        .toList();
  }

  private static <T> T or(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
