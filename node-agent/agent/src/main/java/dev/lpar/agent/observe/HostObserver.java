package dev.lpar.agent.observe;

import dev.lpar.agent.host.Cpus;
import dev.lpar.agent.host.Devices;
import dev.lpar.agent.host.ExitCounter;
import dev.lpar.agent.host.ExitTracer;
import dev.lpar.agent.host.Guests;
import dev.lpar.agent.host.HugePages;
import dev.lpar.agent.host.PartitionFiles;
import dev.lpar.agent.host.PartitionFiles.Traces;
import dev.lpar.agent.host.QemuStore;
import dev.lpar.agent.host.StartProbes;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.ObservedHost;
import dev.lpar.agent.plan.ObservedPartition;
import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.agent.plan.ObservedPartition.StartConditions;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.PciFunction;
import dev.lpar.agent.plan.Refusals;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Power;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts together what is there on the blade, for the plan. */
public final class HostObserver {
  /** The blade's parts that are looked at. */
  public record Ports(
      Guests guests,
      PartitionFiles files,
      QemuStore qemu,
      HugePages hugePages,
      StartProbes probes,
      Devices devices,
      Cpus cpus,
      ExitCounter exits,
      ExitTracer tracer,
      Supplier<List<PciFunction>> functions,
      Supplier<Facts> facts) {}

  /**
   * The blade's own state.
   *
   * @param kvmMissing why guests can't run, or null
   */
  public record Facts(String bootId, @Nullable String kvmMissing, MemorySize availableMemory) {}

  private final Ports ports;
  private final GuestWatch watch;
  private final CpuWatch watchedCpus;
  private final ExitWatch watchedExits;
  private final DeviceWatch watchedDevices;

  public HostObserver(Ports ports, InstantSource clock) {
    this.ports = ports;
    this.watch = new GuestWatch(ports.guests(), clock);
    this.watchedCpus = new CpuWatch(ports.cpus(), clock);
    this.watchedExits = new ExitWatch(ports.exits(), clock);
    this.watchedDevices = new DeviceWatch(ports.functions(), ports.devices());
  }

  public ObservedHost observe(Desired desired, Refusals refused) {
    var units = ports.guests().units();
    var traces = ports.files().traces();
    var pids = pids(units);
    var guests = watch.look(pids, watchedExits.needsStatistics());
    var wanted = new HashMap<LparId, PartitionIntent>();
    if (desired instanceof Desired.Known(var partitions, _, _, _, _)) {
      partitions.forEach(intent -> wanted.put(intent.id(), intent));
    }
    var ids = new TreeSet<>(units.keySet());
    ids.addAll(traces.keySet());
    ids.addAll(wanted.keySet());
    var devices = watchedDevices.look(wanted.values(), refused.devices());
    var bladeCpus = ports.cpus().look();
    var cpus =
        watchedCpus.look(withEnding(pids, units), guests, bladeCpus.interrupts(), devices.held());
    devices.held().values().stream()
        .flatMap(entry -> Optional.ofNullable(entry.partition()).stream())
        .forEach(ids::add);
    var facts = ports.facts().get();
    return new ObservedHost(
        facts.bootId(),
        facts.kvmMissing(),
        facts.availableMemory(),
        ports.hugePages().pools(),
        ports.qemu().versions(),
        devices,
        bladeCpus,
        refused.hostCpus(),
        watchedExits.look(pids, guests, cpus),
        ports.tracer().traces(),
        ids.stream()
            .map(
                id -> {
                  var unit = units.getOrDefault(id, new Unit.Absent());
                  var trace = traces.getOrDefault(id, new Traces(null, false, false));
                  return new ObservedPartition(
                      id,
                      trace.record(),
                      unit,
                      guests.getOrDefault(id, new Guest.Absent()),
                      trace.runDirectory(),
                      trace.consoleFull(),
                      refused.starts().get(id),
                      conditions(wanted.get(id), unit),
                      cpus.get(id),
                      refused.cpus().get(id));
                })
            .toList());
  }

  private static Map<LparId, Long> pids(Map<LparId, Unit> units) {
    var pids = new HashMap<LparId, Long>();
    units.forEach(
        (id, unit) -> {
          if (unit instanceof Unit.Live(var pid, _)) {
            pids.put(id, pid);
          }
        });
    return pids;
  }

  /** One that ends has its CPUs until it is gone. */
  private static Map<LparId, Long> withEnding(Map<LparId, Long> pids, Map<LparId, Unit> units) {
    var all = new HashMap<>(pids);
    units.forEach(
        (id, unit) -> {
          if (unit instanceof Unit.Ending) {
            all.put(id, 0L);
          }
        });
    return all;
  }

  private @Nullable StartConditions conditions(@Nullable PartitionIntent intent, Unit unit) {
    boolean startable = unit instanceof Unit.Absent || unit instanceof Unit.Failed;
    return intent == null || !startable || intent.power() == Power.STOPPED
        ? null
        : ports.probes().conditions(intent);
  }
}
