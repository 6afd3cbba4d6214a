/**
 * Errors of systemd's D-Bus interface. dbus-java makes the exception for an error from the class
 * that has the error's name, and knows the name nowhere else (since 5.0, {@code
 * DBusExecutionException.getType()} is the name of the exception's class).
 */
@NullMarked
package org.freedesktop.systemd1;

import org.jspecify.annotations.NullMarked;
