package dev.lpar.e2e;

/** How often a test does again what may go wrong now and then, or how much of it. */
final class Rounds {
  private static final boolean THOROUGH = Boolean.getBoolean("lpar.thorough");

  private Rounds() {}

  /**
   * @param usual enough to notice what is broken
   * @param thorough with {@code hack/test --thorough}
   */
  static int of(int usual, int thorough) {
    return THOROUGH ? thorough : usual;
  }
}
