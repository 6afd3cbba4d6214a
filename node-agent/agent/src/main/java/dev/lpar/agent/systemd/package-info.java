/**
 * Transient units of the blade's systemd, over its D-Bus: where guests run. A unit belongs to no
 * pod; it outlives the agent, its upgrades and the chart.
 */
@NullMarked
package dev.lpar.agent.systemd;

import org.jspecify.annotations.NullMarked;
