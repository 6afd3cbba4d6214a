package org.freedesktop.systemd1;

import org.freedesktop.dbus.exceptions.DBusExecutionException;

/** A unit of that name is loaded already. */
public final class UnitExists extends DBusExecutionException {
  private static final long serialVersionUID = 1L;

  public UnitExists(String message) {
    super(message);
  }
}
