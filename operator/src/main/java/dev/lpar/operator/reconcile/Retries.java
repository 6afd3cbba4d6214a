package dev.lpar.operator.reconcile;

/** How errors, such as a lost API server, are tried again: for ever, at growing intervals. */
final class Retries {
  static final int ALWAYS = -1;

  /** Milliseconds. */
  static final long LONGEST = 10_000;

  private Retries() {}
}
