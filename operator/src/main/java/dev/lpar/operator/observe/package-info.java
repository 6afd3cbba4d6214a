/** What the operator reads, turned into the values that {@code plan} decides on. */
@NullMarked
package dev.lpar.operator.observe;

import org.jspecify.annotations.NullMarked;
