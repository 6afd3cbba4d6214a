package dev.lpar.qemu.qmp;

import java.io.IOException;

/**
 * A QEMU that could not be talked to, or that refused a command. After any but a refusal the
 * connection is closed.
 */
public final class QmpException extends IOException {
  private static final long serialVersionUID = 1;

  public QmpException(String message) {
    super(message);
  }

  public QmpException(String message, Throwable cause) {
    super(message, cause);
  }
}
