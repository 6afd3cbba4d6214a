/**
 * Kernel interfaces by java.lang.foreign. The JDK alone, and the only module that calls native
 * code.
 */
module dev.lpar.linux {
  requires static org.jspecify;

  exports dev.lpar.linux;
}
