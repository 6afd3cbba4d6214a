/**
 * Tells: reads the agent's own Blade, writes its status and the Lease, serves health and metrics.
 */
@NullMarked
package dev.lpar.agent.report;

import org.jspecify.annotations.NullMarked;
