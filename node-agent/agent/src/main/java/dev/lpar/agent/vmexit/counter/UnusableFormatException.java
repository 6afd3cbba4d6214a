package dev.lpar.agent.vmexit.counter;

/** A tracepoint isn't as the counter needs it; the message says in what. */
public final class UnusableFormatException extends Exception {
  private static final long serialVersionUID = 1;

  public UnusableFormatException(String message) {
    super(message);
  }
}
