/**
 * What the operator decides: values to values. No Kubernetes client, no I/O, no clock; time is an
 * argument. Of the API it sees the plain value records alone.
 */
@NullMarked
package dev.lpar.operator.plan;

import org.jspecify.annotations.NullMarked;
