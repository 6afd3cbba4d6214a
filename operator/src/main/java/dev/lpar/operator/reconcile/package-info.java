/** One reconciler per kind: read, decide, act, each in a line. */
@NullMarked
package dev.lpar.operator.reconcile;

import org.jspecify.annotations.NullMarked;
