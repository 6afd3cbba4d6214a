/**
 * What the agent serves over HTTP: health to anyone, the rest over TLS to those whom the cluster
 * lets have it.
 */
@NullMarked
package dev.lpar.agent.endpoint;

import org.jspecify.annotations.NullMarked;
