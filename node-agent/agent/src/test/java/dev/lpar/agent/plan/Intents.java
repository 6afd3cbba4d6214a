package dev.lpar.agent.plan;

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
import java.util.Arrays;
import java.util.List;

/** Intents of small partitions, and what differs between them. */
public final class Intents {
  public static final LparId A = new LparId("aaaaaaaa-0000-4000-8000-000000000001");
  public static final LparId B = new LparId("bbbbbbbb-0000-4000-8000-000000000002");

  public static final LparId C = new LparId("cccccccc-0000-4000-8000-000000000003");

  public static final String KERNEL = "/boot/vmlinuz";

  private Intents() {}

  public static PartitionIntent intent(LparId id) {
    return new PartitionIntent(
        id,
        "shop",
        "lpar-" + id.text().charAt(0),
        1,
        Power.RUNNING,
        120,
        CrashPolicy.RESTART,
        new Processors.Shared(1, 25, false),
        MemorySize.parse("256Mi"),
        Pages.SIZE_4KI,
        new Boot.Direct(KERNEL, null, "console=ttyS0"),
        List.of(),
        List.of(),
        new HardwareIdentity(id.text(), id.text()));
  }

  public static PartitionIntent power(PartitionIntent of, Power power) {
    return with(of, power, of.graceSeconds(), of.onCrash(), of.memory(), of.pages(), of.disks());
  }

  public static PartitionIntent grace(PartitionIntent of, int seconds) {
    return with(of, of.power(), seconds, of.onCrash(), of.memory(), of.pages(), of.disks());
  }

  public static PartitionIntent onCrash(PartitionIntent of, CrashPolicy policy) {
    return with(of, of.power(), of.graceSeconds(), policy, of.memory(), of.pages(), of.disks());
  }

  public static PartitionIntent memory(PartitionIntent of, String size, Pages pages) {
    return with(
        of, of.power(), of.graceSeconds(), of.onCrash(), MemorySize.parse(size), pages, of.disks());
  }

  public static PartitionIntent disk(PartitionIntent of, String device) {
    return with(
        of,
        of.power(),
        of.graceSeconds(),
        of.onCrash(),
        of.memory(),
        of.pages(),
        List.of(new DiskIntent("root", device, null)));
  }

  public static PartitionIntent cpu(PartitionIntent of, Processors cpu) {
    return new PartitionIntent(
        of.id(),
        of.namespace(),
        of.name(),
        of.generation(),
        of.power(),
        of.graceSeconds(),
        of.onCrash(),
        cpu,
        of.memory(),
        of.pages(),
        of.boot(),
        of.disks(),
        of.devices(),
        of.identity());
  }

  /** With devices, each {@code name=serial number}. */
  public static PartitionIntent devices(PartitionIntent of, String... named) {
    return of.withDevices(
        Arrays.stream(named)
            .map(device -> device.split("=", 2))
            .map(
                device ->
                    new DeviceIntent(
                        device[0],
                        "ptd-" + device[1],
                        new DeviceIdentity(device[1], null, null, null, null)))
            .toList());
  }

  private static PartitionIntent with(
      PartitionIntent of,
      Power power,
      int grace,
      CrashPolicy policy,
      MemorySize memory,
      Pages pages,
      List<DiskIntent> disks) {
    return new PartitionIntent(
        of.id(),
        of.namespace(),
        of.name(),
        of.generation(),
        power,
        grace,
        policy,
        of.cpu(),
        memory,
        pages,
        of.boot(),
        disks,
        of.devices(),
        of.identity());
  }
}
