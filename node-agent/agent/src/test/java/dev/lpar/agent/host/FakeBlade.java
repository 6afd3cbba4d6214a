package dev.lpar.agent.host;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.lpar.agent.plan.HostStep.PlugDevice;
import dev.lpar.agent.plan.HostStep.StartGuest;
import dev.lpar.agent.plan.ObservedHost.HugePagePool;
import dev.lpar.agent.plan.ObservedHost.QemuVersions;
import dev.lpar.agent.plan.ObservedPartition.BootFile;
import dev.lpar.agent.plan.ObservedPartition.DiskProbe;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.StartConditions;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.PartitionRecord;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Boot;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A blade with systemd, QEMU, files and memory as the agent sees them. Guests boot at once, power
 * off when asked unless {@link #stubborn}, and never twice: a second start of a running guest is
 * what {@link #starts} would show.
 */
public final class FakeBlade implements Guests, PartitionFiles, QemuStore, HugePages, StartProbes {
  public static final String CURRENT = "10.0-a";

  public String bootId = "boot-1";
  public MemorySize available = MemorySize.parse("8Gi");
  public final Map<LparId, Unit> units = new TreeMap<>();
  public final Map<LparId, RunState> states = new HashMap<>();
  public final Map<LparId, PartitionRecord> records = new TreeMap<>();
  public final Set<LparId> runDirectories = new HashSet<>();
  public final Set<LparId> fullConsoles = new HashSet<>();
  public final Set<LparId> hung = new HashSet<>();
  public final Set<LparId> stubborn = new HashSet<>();
  public final List<LparId> starts = new ArrayList<>();
  public final Set<String> laidOut = new HashSet<>(Set.of(CURRENT));
  public final Map<Pages, HugePagePool> pools = new EnumMap<>(Pages.class);
  public final Map<String, DiskProbe> disks = new HashMap<>();
  public final Map<String, String> bootFiles = new HashMap<>();

  public final FakeDevices devices = new FakeDevices();

  public final FakeCpus cpus = new FakeCpus(this::pid);

  public final FakeExits exits = new FakeExits();
  public final FakeTracer tracer = new FakeTracer();

  /** What systemd says to every start, when it refuses. */
  public String refusal = "";

  private long nextPid = 100;

  private Optional<Long> pid(LparId id) {
    return units.get(id) instanceof Unit.Live(var pid, _) ? Optional.of(pid) : Optional.empty();
  }

  @Override
  public Map<LparId, Unit> units() {
    return new TreeMap<>(units);
  }

  @Override
  public Look look(LparId id, boolean withStatistics) {
    if (hung.contains(id)) {
      throw new HostException("QEMU of " + id + " doesn't answer");
    }
    var state = states.get(id);
    if (state == null) {
      throw new HostException("no QMP socket of " + id);
    }
    return new Look(
        state,
        withStatistics ? Map.of("exits", 1000L) : Map.of(),
        devices.inGuest(id),
        List.of(1000L, 1001L));
  }

  @Override
  public void start(StartGuest order) {
    var id = order.partition();
    if (!refusal.isEmpty()) {
      throw new HostException(refusal);
    }
    if (units.containsKey(id)) {
      return;
    }
    starts.add(id);
    units.put(id, new Unit.Live(nextPid++, order.qemuVersion()));
    // A guest stands still until it is told to go on.
    states.put(id, RunState.STARTING);
    runDirectories.add(id);
  }

  @Override
  public void grant(LparId id, long pid, List<Integer> groups) {
    devices.grant(id, groups);
  }

  @Override
  public void plug(PlugDevice order) {
    devices.plug(order.partition(), order.name(), order.device());
  }

  @Override
  public void unplug(LparId id, String name) {
    devices.unplug(id, name);
  }

  @Override
  public void pressPowerButton(LparId id) {
    if (units.get(id) instanceof Unit.Live && !stubborn.contains(id) && !hung.contains(id)) {
      vanish(id);
    }
  }

  @Override
  public void forceOff(LparId id) {
    if (units.get(id) instanceof Unit.Live) {
      vanish(id);
    }
  }

  /** The unit ends with exit code 0. */
  public void vanish(LparId id) {
    units.remove(id);
    states.remove(id);
    devices.guestEnded(id);
    cpus.ended(id);
  }

  /** The unit ends in failure. */
  public void fail(LparId id, String detail) {
    units.put(id, new Unit.Failed(detail));
    states.remove(id);
    devices.guestEnded(id);
    cpus.ended(id);
  }

  /** The blade boots anew: nothing under /run is left. */
  public void reboot(String newBootId) {
    bootId = newBootId;
    units.clear();
    states.keySet().forEach(cpus::ended);
    states.clear();
    runDirectories.clear();
    devices.reboot();
  }

  @Override
  public void pause(LparId id) {
    states.replace(id, RunState.PAUSED);
  }

  @Override
  public void resume(LparId id) {
    assertNotNull(cpus.arrangement(id), "a guest goes on only with its CPUs");
    states.replace(id, RunState.RUNNING);
  }

  @Override
  public void clearFailed(LparId id) {
    if (units.get(id) instanceof Unit.Failed) {
      units.remove(id);
    }
  }

  @Override
  public Map<LparId, Traces> traces() {
    var traces = new TreeMap<LparId, Traces>();
    var ids = new HashSet<>(records.keySet());
    ids.addAll(runDirectories);
    ids.forEach(
        id ->
            traces.put(
                id,
                new Traces(
                    records.get(id), runDirectories.contains(id), fullConsoles.contains(id))));
    return traces;
  }

  @Override
  public void save(PartitionRecord record) {
    records.put(record.id(), record);
  }

  @Override
  public void rotateConsole(LparId id) {
    fullConsoles.remove(id);
  }

  @Override
  public void clearRunDirectory(LparId id) {
    runDirectories.remove(id);
  }

  @Override
  public void remove(LparId id) {
    runDirectories.remove(id);
    records.remove(id);
  }

  @Override
  public QemuVersions versions() {
    return new QemuVersions(CURRENT, laidOut);
  }

  @Override
  public void layOut(String version) {
    laidOut.add(version);
  }

  @Override
  public void remove(String version) {
    laidOut.remove(version);
  }

  @Override
  public Map<Pages, HugePagePool> pools() {
    return new EnumMap<>(pools);
  }

  @Override
  public void reserve(Pages size, long pages) {
    pools.put(size, new HugePagePool(pages, pages, pages));
  }

  @Override
  public StartConditions conditions(PartitionIntent intent) {
    var files = new ArrayList<BootFile>();
    if (intent.boot() instanceof Boot.Direct direct) {
      files.add(new BootFile(direct.kernel(), bootFiles.get(direct.kernel())));
      if (direct.initrd() != null) {
        files.add(new BootFile(direct.initrd(), bootFiles.get(direct.initrd())));
      }
    }
    return new StartConditions(
        files,
        intent.disks().stream()
            .map(d -> disks.getOrDefault(d.blockDevice(), new DiskProbe.Missing()))
            .toList());
  }
}
