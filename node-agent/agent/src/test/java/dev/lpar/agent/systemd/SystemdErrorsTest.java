package dev.lpar.agent.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.freedesktop.dbus.errors.UnknownInterface;
import org.freedesktop.dbus.errors.UnknownObject;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.messages.MessageFactory;
import org.freedesktop.systemd1.NoSuchUnit;
import org.freedesktop.systemd1.UnitExists;
import org.junit.jupiter.api.Test;

/** An error's name survives in the class of its exception, and only there. */
class SystemdErrorsTest {
  private static final byte LITTLE_ENDIAN = 'l';

  @Test
  void systemdsErrorsAreToldApartByTheirClass() throws Exception {
    assertSame(UnitExists.class, exception("org.freedesktop.systemd1.UnitExists").getClass());
    assertSame(NoSuchUnit.class, exception("org.freedesktop.systemd1.NoSuchUnit").getClass());
    assertSame(
        UnknownObject.class, exception("org.freedesktop.DBus.Error.UnknownObject").getClass());
    assertSame(
        UnknownInterface.class,
        exception("org.freedesktop.DBus.Error.UnknownInterface").getClass());
    assertSame(
        DBusExecutionException.class, exception("org.freedesktop.systemd1.Other").getClass());
  }

  @Test
  void theirWordsAreKept() throws Exception {
    assertEquals("in words", exception("org.freedesktop.systemd1.UnitExists").getMessage());
    assertEquals("in words", exception("org.freedesktop.systemd1.Other").getMessage());
  }

  private static DBusExecutionException exception(String name) throws Exception {
    return new MessageFactory(LITTLE_ENDIAN)
        .createError("org.freedesktop.systemd1", ":1.1", name, 1, "s", "in words")
        .getException();
  }
}
