/** The operator: decides on which blade a partition lives, and reports what its blade reports. */
@NullMarked
package dev.lpar.operator;

import org.jspecify.annotations.NullMarked;
