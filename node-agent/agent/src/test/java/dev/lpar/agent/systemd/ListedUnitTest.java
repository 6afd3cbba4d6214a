package dev.lpar.agent.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.agent.systemd.SystemdBus.ListedUnit;
import dev.lpar.agent.systemd.UnitState.Active;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.types.UInt32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListedUnitTest {
  @ParameterizedTest
  @CsvSource({
    "inactive, start, ACTIVATING",
    "inactive, '', INACTIVE",
    "activating, start, ACTIVATING",
    "active, '', ACTIVE",
    "active, stop, ACTIVE",
    "failed, '', FAILED",
  })
  void aQueuedStartIsAStartThatGoesOn(String state, String job, Active active) {
    assertEquals(active, listed(state, job).active());
  }

  private static ListedUnit listed(String state, String job) {
    var none = new DBusPath("/");
    return new ListedUnit(
        "lpar-1.service", "", "loaded", state, "dead", "", none, new UInt32(0), job, none);
  }
}
