/**
 * Tells: reads the agent's own Blade, writes its status and the Lease, has the metrics. All that
 * talks to the API server is here.
 */
@NullMarked
package dev.lpar.agent.report;

import org.jspecify.annotations.NullMarked;
