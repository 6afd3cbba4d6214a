package dev.lpar.api.v1alpha1;

/**
 * How users write an amount of memory, as a CEL pattern. Six digits keep every amount within 64
 * bits, in CEL and in {@link dev.lpar.model.MemorySize}.
 */
final class MemoryText {
  static final String PATTERN = "'^[1-9][0-9]{0,5}(Mi|Gi|Ti)$'";
  static final String PATTERN_OR_ZERO = "'^(0|[1-9][0-9]{0,5})(Mi|Gi|Ti)$'";

  /** What a message says of the form. */
  static final String FORM =
      "a whole number of at most six digits with the unit Mi, Gi or Ti, such as 16Gi";

  private MemoryText() {}
}
