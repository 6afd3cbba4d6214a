package dev.lpar.agent.systemd;

import dev.lpar.agent.systemd.SystemdBus.AllowedDevice;
import dev.lpar.agent.systemd.SystemdBus.ListedUnit;
import dev.lpar.agent.systemd.SystemdBus.Manager;
import dev.lpar.agent.systemd.SystemdBus.Properties;
import dev.lpar.agent.systemd.SystemdBus.Property;
import dev.lpar.agent.systemd.UnitState.Active;
import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.errors.UnknownInterface;
import org.freedesktop.dbus.errors.UnknownObject;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.systemd1.NoSuchUnit;
import org.freedesktop.systemd1.UnitExists;
import org.jspecify.annotations.Nullable;

/** Transient units over the system bus of the blade. */
public final class SystemdTransientUnits implements TransientUnits, AutoCloseable {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(25);

  /** systemd only has to execute a program: more than this is a hung blade. */
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final String busAddress;
  private @Nullable DBusConnection connection;

  /**
   * @param busAddress such as {@code unix:path=/run/dbus/system_bus_socket}; connected to at the
   *     first call
   */
  public SystemdTransientUnits(String busAddress) {
    this.busAddress = busAddress;
  }

  @Override
  public StartOutcome start(UnitSpec unit) throws IOException {
    try {
      manager().StartTransientUnit(unit.name(), "fail", UnitProperties.of(unit), List.of());
    } catch (UnitExists e) {
      return new StartOutcome.AlreadyExists();
    } catch (DBusExecutionException e) {
      return new StartOutcome.Failed("systemd refused the unit: " + e.getMessage());
    }
    var state = await(unit.name(), START_LIMIT, Active.ACTIVATING);
    if (state.isPresent() && state.get().active() == Active.ACTIVE) {
      return new StartOutcome.Started(state.get());
    }
    return new StartOutcome.Failed(
        state
            .map(s -> "ended at once: " + s.result() + ", status " + s.exitStatus())
            .orElse("ended at once"));
  }

  @Override
  public void stop(String unitName, Duration limit) throws IOException {
    try {
      manager().StopUnit(unitName, "replace");
    } catch (NoSuchUnit e) {
      return;
    } catch (DBusExecutionException e) {
      throw failed("StopUnit(" + unitName + ")", e);
    }
    await(unitName, limit, Active.ACTIVE, Active.DEACTIVATING);
  }

  @Override
  public void resetFailed(String unitName) throws IOException {
    try {
      manager().ResetFailedUnit(unitName);
    } catch (NoSuchUnit e) {
      // Nothing to forget.
    } catch (DBusExecutionException e) {
      throw failed("ResetFailedUnit(" + unitName + ")", e);
    }
  }

  @Override
  public void allow(String unitName, Path folder, List<Path> nodes) throws IOException {
    try {
      var path = manager().GetUnit(unitName).getPath();
      var allowed = new ArrayList<AllowedDevice>();
      for (var device : (List<?>) service(path, "DeviceAllow")) {
        var fields = (Object[]) device;
        if (!Path.of((String) fields[0]).startsWith(folder)) {
          allowed.add(new AllowedDevice((String) fields[0], (String) fields[1]));
        }
      }
      nodes.forEach(node -> allowed.add(new AllowedDevice(node.toString(), "rw")));
      // An empty list takes back the present one; what is sent after it is added to nothing.
      set(unitName, UnitProperties.deviceAllow(List.of()), UnitProperties.deviceAllow(allowed));
    } catch (DBusExecutionException e) {
      throw failed("GetUnit(" + unitName + ")", e);
    }
  }

  @Override
  public void weigh(String unitName, int weight) throws IOException {
    set(unitName, UnitProperties.weight(weight));
  }

  @Override
  public void confine(String unitName, CpuSet cpus) throws IOException {
    set(unitName, UnitProperties.allowedCpus(cpus));
  }

  private void set(String unitName, Property... properties) throws IOException {
    try {
      manager().SetUnitProperties(unitName, true, List.of(properties));
    } catch (DBusExecutionException e) {
      throw failed("SetUnitProperties(" + unitName + ")", e);
    }
  }

  @Override
  public void loadModule(String module) throws IOException {
    var unit = "modprobe@" + module.replace('-', '_') + ".service";
    try {
      manager().StartUnit(unit, "replace");
    } catch (DBusExecutionException e) {
      throw failed("StartUnit(" + unit + ")", e);
    }
    await(unit, START_LIMIT, Active.ACTIVATING);
  }

  @Override
  public List<UnitState> list() throws IOException {
    return matching(UnitSpec.PATTERN);
  }

  /** Waits while the unit is in one of the states, and gives the state it is in then. */
  private Optional<UnitState> await(String unitName, Duration limit, Active... passing)
      throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      var state = matching(unitName).stream().findFirst();
      if (state.isEmpty()
          || !List.of(passing).contains(state.get().active())
          || System.nanoTime() - end > 0) {
        return state;
      }
      try {
        Thread.sleep(LOOK_AGAIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for unit " + unitName, e);
      }
    }
  }

  private List<UnitState> matching(String pattern) throws IOException {
    var found = new ArrayList<UnitState>();
    try {
      for (ListedUnit unit : manager().ListUnitsByPatterns(List.of(), List.of(pattern))) {
        if (!unit.loadState.equals("not-found")) {
          stateOf(unit).ifPresent(found::add);
        }
      }
    } catch (DBusExecutionException e) {
      throw failed("ListUnitsByPatterns(" + pattern + ")", e);
    }
    return found;
  }

  /** The unit's state, or nothing when it is gone since it was listed. */
  private Optional<UnitState> stateOf(ListedUnit unit) throws IOException {
    var path = unit.path.getPath();
    try {
      long mainPid = ((UInt32) service(path, "MainPID")).longValue();
      return Optional.of(
          new UnitState(
              unit.name,
              unit.active(),
              mainPid == 0 ? Optional.empty() : Optional.of(mainPid),
              (String) service(path, "Result"),
              (Integer) service(path, "ExecMainStatus"),
              (String) service(path, "RootDirectory")));
    } catch (NoSuchUnit | UnknownObject | UnknownInterface e) {
      return Optional.empty();
    }
  }

  private Object service(String path, String property) throws IOException {
    return remote(path, Properties.class)
        .Get("org.freedesktop.systemd1.Service", property)
        .getValue();
  }

  private Manager manager() throws IOException {
    return remote(SystemdBus.PATH, Manager.class);
  }

  private <T extends org.freedesktop.dbus.interfaces.DBusInterface> T remote(
      String path, Class<T> type) throws IOException {
    try {
      return connected().getRemoteObject(SystemdBus.NAME, path, type);
    } catch (DBusException e) {
      throw new IOException("can't reach systemd's " + path + " over " + busAddress, e);
    }
  }

  private synchronized DBusConnection connected() throws DBusException {
    var present = connection;
    if (present == null || !present.isConnected()) {
      present = DBusConnectionBuilder.forAddress(busAddress).withShared(false).build();
      connection = present;
    }
    return present;
  }

  private static IOException failed(String call, DBusExecutionException cause) {
    return new IOException("systemd's " + call + " failed: " + cause.getMessage(), cause);
  }

  @Override
  public synchronized void close() throws IOException {
    if (connection != null) {
      connection.close();
    }
  }
}
