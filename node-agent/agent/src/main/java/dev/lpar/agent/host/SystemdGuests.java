package dev.lpar.agent.host;

import dev.lpar.agent.plan.HostStep.PlugDevice;
import dev.lpar.agent.plan.HostStep.StartGuest;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.systemd.TransientUnits;
import dev.lpar.agent.systemd.TransientUnits.StartOutcome;
import dev.lpar.agent.systemd.UnitSpec;
import dev.lpar.agent.systemd.UnitState;
import dev.lpar.agent.vmexit.ExitAccount;
import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;
import dev.lpar.qemu.args.GuestDevices;
import dev.lpar.qemu.args.QemuCommandLine;
import dev.lpar.qemu.qmp.QmpConnection;
import dev.lpar.qemu.qmp.QmpException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Guests in transient units of the blade's systemd, spoken to over QMP. */
public final class SystemdGuests implements Guests {
  /** From SIGTERM, at which QEMU ends at once, to SIGKILL for one that hangs. */
  static final Duration STOP_TIME = Duration.ofSeconds(5);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
  private static final Duration QMP_LIMIT = Duration.ofSeconds(2);

  /** For telling the IOMMU of a guest's memory, page by page at worst. */
  private static final Duration MAPPING_LIMIT = Duration.ofSeconds(30);

  private static final Duration MAPPING_PER_GIBI = Duration.ofSeconds(2);

  /** QEMU's words when the guest was asked to let go of a device and hasn't answered yet. */
  private static final String ASKED_ALREADY = "in the process of unplug";

  private final TransientUnits units;
  private final GuestPreparation preparation;

  public SystemdGuests(TransientUnits units, GuestPreparation preparation) {
    this.units = units;
    this.preparation = preparation;
  }

  @Override
  public Map<LparId, Unit> units() {
    var found = new TreeMap<LparId, Unit>();
    try {
      for (var state : units.list()) {
        var id = id(state.name());
        if (id != null) {
          found.put(id, unit(id, state));
        }
      }
    } catch (IOException e) {
      throw new HostException("can't list the guests' units: " + e.getMessage(), e);
    }
    return found;
  }

  /** The partition of a unit; null for a unit that only has a name like one. */
  private static @Nullable LparId id(String unitName) {
    try {
      return UnitSpec.idOf(unitName);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private Unit unit(LparId id, UnitState state) {
    return switch (state.active()) {
      case ACTIVE, ACTIVATING, RELOADING, REFRESHING, MAINTENANCE ->
          new Unit.Live(state.mainPid().orElse(0L), version(state));
      case DEACTIVATING -> new Unit.Ending(version(state));
      case FAILED -> new Unit.Failed(ending(state) + preparation.lastWords(id));
      case INACTIVE -> new Unit.Absent();
    };
  }

  private static String version(UnitState state) {
    var name = Path.of(state.rootDirectory()).getFileName();
    return name == null ? "" : name.toString();
  }

  private static String ending(UnitState state) {
    return switch (state.result()) {
      case "exit-code" -> "QEMU ended with exit code " + state.exitStatus();
      case "signal", "core-dump" -> "QEMU was killed by signal " + state.exitStatus();
      case "oom-kill" -> "QEMU was killed because the blade ran out of memory";
      default -> "QEMU's unit failed: " + state.result() + ", status " + state.exitStatus();
    };
  }

  @Override
  public void start(StartGuest order) {
    var id = order.partition();
    StartOutcome outcome;
    try {
      outcome = units.start(preparation.prepare(order));
    } catch (IOException e) {
      throw new HostException("can't start " + UnitSpec.nameOf(id) + ": " + e.getMessage(), e);
    }
    switch (outcome) {
      case StartOutcome.Started _, StartOutcome.AlreadyExists _ -> {}
      case StartOutcome.Failed(var message) ->
          throw new HostException(message + preparation.lastWords(id));
    }
  }

  @Override
  public void forceOff(LparId id) {
    try {
      units.stop(UnitSpec.nameOf(id), STOP_LIMIT);
    } catch (IOException e) {
      throw new HostException("can't stop " + UnitSpec.nameOf(id) + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void clearFailed(LparId id) {
    try {
      units.resetFailed(UnitSpec.nameOf(id));
    } catch (IOException e) {
      throw new HostException("can't reset " + UnitSpec.nameOf(id) + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Look look(LparId id, boolean withStatistics) {
    return ask(
        id,
        qmp -> {
          var state = runState(qmp.status());
          return new Look(
              state,
              withStatistics && state != RunState.STARTING
                  ? qmp.vcpuStatistics(ExitAccount.statistics())
                  : Map.of(),
              devices(qmp),
              qmp.vcpuThreads());
        });
  }

  private static Map<String, PciAddress> devices(QmpConnection qmp) throws QmpException {
    var devices = new TreeMap<String, PciAddress>();
    qmp.vfioDevices()
        .forEach(
            (id, host) -> {
              if (GuestDevices.isOne(id)) {
                devices.put(GuestDevices.name(id), new PciAddress(host));
              }
            });
    return devices;
  }

  @Override
  public void grant(LparId id, long pid, List<Integer> groups) {
    try {
      units.allow(
          UnitSpec.nameOf(id), preparation.groupNodes(), preparation.giveGroups(pid, groups));
    } catch (IOException e) {
      throw new HostException(
          "can't give the IOMMU groups " + groups + " to the guest " + id + ": " + e.getMessage(),
          e);
    }
  }

  @Override
  public void plug(PlugDevice order) {
    var id = GuestDevices.id(order.name());
    ask(
        order.partition(),
        MAPPING_LIMIT.plus(MAPPING_PER_GIBI.multipliedBy(order.memory().bytes() >> 30)),
        qmp -> {
          if (!qmp.vfioDevices().containsKey(id)) {
            qmp.addVfioDevice(id, order.device().text(), GuestDevices.port(order.port()));
          }
          return id;
        });
  }

  @Override
  public void unplug(LparId partition, String name) {
    var id = GuestDevices.id(name);
    ask(
        partition,
        QMP_LIMIT,
        qmp -> {
          try {
            if (qmp.vfioDevices().containsKey(id)) {
              qmp.removeDevice(id);
            }
          } catch (QmpException e) {
            if (!String.valueOf(e.getMessage()).contains(ASKED_ALREADY)) {
              throw e;
            }
          }
          return id;
        });
  }

  private static RunState runState(dev.lpar.qemu.qmp.RunState state) {
    return switch (state) {
      case RUNNING, SUSPENDED -> RunState.RUNNING;
      case PAUSED, IO_ERROR, DEBUG, WATCHDOG -> RunState.PAUSED;
      case PRELAUNCH, INMIGRATE, RESTORE_VM -> RunState.STARTING;
      case SHUTDOWN -> RunState.SHUT_DOWN;
      case GUEST_PANICKED -> RunState.PANICKED;
      case INTERNAL_ERROR -> RunState.BROKEN;
      case POSTMIGRATE, FINISH_MIGRATE, SAVE_VM, COLO -> RunState.PAUSED;
    };
  }

  @Override
  public void pressPowerButton(LparId id) {
    tell(id, QmpConnection::systemPowerdown);
  }

  @Override
  public void pause(LparId id) {
    tell(id, QmpConnection::stop);
  }

  @Override
  public void resume(LparId id) {
    tell(id, QmpConnection::cont);
  }

  private interface Question<T> {
    T ask(QmpConnection qmp) throws QmpException;
  }

  private interface Command {
    void tell(QmpConnection qmp) throws QmpException;
  }

  private void tell(LparId id, Command command) {
    ask(
        id,
        qmp -> {
          command.tell(qmp);
          return id;
        });
  }

  private <T> T ask(LparId id, Question<T> question) {
    return ask(id, QMP_LIMIT, question);
  }

  private <T> T ask(LparId id, Duration limit, Question<T> question) {
    var socket = preparation.runDirectory(id).resolve(QemuCommandLine.QMP_SOCKET);
    try (var qmp = QmpConnection.connect(socket, limit)) {
      return question.ask(qmp);
    } catch (QmpException e) {
      throw new HostException("QEMU of " + id + ": " + e.getMessage(), e);
    }
  }
}
