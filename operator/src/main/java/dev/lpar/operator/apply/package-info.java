/** What the operator writes. Every write is server-side apply under a field manager of its own. */
@NullMarked
package dev.lpar.operator.apply;

import org.jspecify.annotations.NullMarked;
