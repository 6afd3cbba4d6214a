/**
 * The API {@code lpar.dev/v1alpha1}: the resources users meet, as Java types. The CRDs of the chart
 * are generated from them. Every default is applied by the operator and shown in {@code status};
 * none is written into {@code spec}, so that what is in Git stays what is in the cluster.
 */
@NullMarked
package dev.lpar.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
