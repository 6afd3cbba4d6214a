package dev.lpar.agent.systemd;

import dev.lpar.agent.systemd.UnitState.Active;
import java.util.List;
import java.util.Locale;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.UInt64;
import org.freedesktop.dbus.types.Variant;

/** The part of systemd's D-Bus interface that is used here (org.freedesktop.systemd1(5)). */
final class SystemdBus {
  static final String NAME = "org.freedesktop.systemd1";
  static final String PATH = "/org/freedesktop/systemd1";

  private SystemdBus() {}

  // Method names are systemd's, and part of the protocol.
  @SuppressWarnings("MethodName")
  @DBusInterfaceName("org.freedesktop.systemd1.Manager")
  public interface Manager extends DBusInterface {
    DBusPath StartTransientUnit(
        String name, String mode, List<Property> properties, List<AuxiliaryUnit> auxiliary);

    DBusPath StopUnit(String name, String mode);

    void ResetFailedUnit(String name);

    DBusPath StartUnit(String name, String mode);

    DBusPath GetUnit(String name);

    void SetUnitProperties(String name, boolean runtime, List<Property> properties);

    List<ListedUnit> ListUnitsByPatterns(List<String> states, List<String> patterns);
  }

  @SuppressWarnings("MethodName")
  @DBusInterfaceName("org.freedesktop.DBus.Properties")
  public interface Properties extends DBusInterface {
    Variant<?> Get(String interfaceName, String propertyName);
  }

  /** {@code (sv)} */
  public static final class Property extends Struct {
    @Position(0)
    public final String name;

    @Position(1)
    public final Variant<?> value;

    public Property(String name, Variant<?> value) {
      this.name = name;
      this.value = value;
    }
  }

  /** {@code (sa(sv))}: a unit to be made along with the one that is started. */
  public static final class AuxiliaryUnit extends Struct {
    @Position(0)
    public final String name;

    @Position(1)
    public final List<Property> properties;

    public AuxiliaryUnit(String name, List<Property> properties) {
      this.name = name;
      this.properties = properties;
    }
  }

  /** {@code (ssssssouso)}: a line of {@code systemctl list-units}. */
  public static final class ListedUnit extends Struct {
    @Position(0)
    public final String name;

    @Position(1)
    public final String description;

    @Position(2)
    public final String loadState;

    @Position(3)
    public final String activeState;

    @Position(4)
    public final String subState;

    @Position(5)
    public final String followed;

    @Position(6)
    public final DBusPath path;

    @Position(7)
    public final UInt32 jobId;

    @Position(8)
    public final String jobType;

    @Position(9)
    public final DBusPath jobPath;

    public ListedUnit(
        String name,
        String description,
        String loadState,
        String activeState,
        String subState,
        String followed,
        DBusPath path,
        UInt32 jobId,
        String jobType,
        DBusPath jobPath) {
      this.name = name;
      this.description = description;
      this.loadState = loadState;
      this.activeState = activeState;
      this.subState = subState;
      this.followed = followed;
      this.path = path;
      this.jobId = jobId;
      this.jobType = jobType;
      this.jobPath = jobPath;
    }

    /** systemd tells a unit whose start is queued, and hasn't begun, as inactive. */
    Active active() {
      return activeState.equals("inactive") && jobType.equals("start")
          ? Active.ACTIVATING
          : Active.valueOf(activeState.toUpperCase(Locale.ROOT));
    }
  }

  /** {@code (sasb)}: an entry of ExecStart. */
  public static final class Command extends Struct {
    @Position(0)
    public final String path;

    @Position(1)
    public final List<String> arguments;

    @Position(2)
    public final boolean ignoreFailure;

    public Command(String path, List<String> arguments, boolean ignoreFailure) {
      this.path = path;
      this.arguments = arguments;
      this.ignoreFailure = ignoreFailure;
    }
  }

  /** {@code (ssbt)}: an entry of BindPaths. */
  public static final class Bind extends Struct {
    @Position(0)
    public final String source;

    @Position(1)
    public final String destination;

    @Position(2)
    public final boolean ignoreMissing;

    /** MS_REC of mount(2), or 0. */
    @Position(3)
    public final UInt64 flags;

    public Bind(String path) {
      this(path, path, false, new UInt64(0));
    }

    public Bind(String source, String destination, boolean ignoreMissing, UInt64 flags) {
      this.source = source;
      this.destination = destination;
      this.ignoreMissing = ignoreMissing;
      this.flags = flags;
    }
  }

  /** {@code (ss)}: an entry of TemporaryFileSystem. */
  public static final class EmptyFolder extends Struct {
    @Position(0)
    public final String path;

    @Position(1)
    public final String options;

    public EmptyFolder(String path, String options) {
      this.path = path;
      this.options = options;
    }
  }

  /** {@code (ss)}: an entry of DeviceAllow. */
  public static final class AllowedDevice extends Struct {
    @Position(0)
    public final String node;

    @Position(1)
    public final String access;

    public AllowedDevice(String node, String access) {
      this.node = node;
      this.access = access;
    }
  }
}
