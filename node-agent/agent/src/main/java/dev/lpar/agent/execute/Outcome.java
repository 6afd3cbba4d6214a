package dev.lpar.agent.execute;

/** How a step went. */
public sealed interface Outcome {
  record Done() implements Outcome {}

  /**
   * The blade refused. What follows is decided from what is observed then; the next try waits a
   * moment.
   */
  record Refused(String message) implements Outcome {}
}
