/** Pure values that the operator and the agent reason in. The JDK alone: no Kubernetes, no I/O. */
@NullMarked
package dev.lpar.model;

import org.jspecify.annotations.NullMarked;
