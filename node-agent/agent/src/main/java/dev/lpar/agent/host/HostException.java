package dev.lpar.agent.host;

/** Something on the blade refused; the message names what, the call, and the reason given. */
public final class HostException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public HostException(String message) {
    super(message);
  }

  public HostException(String message, Throwable cause) {
    super(message, cause);
  }
}
