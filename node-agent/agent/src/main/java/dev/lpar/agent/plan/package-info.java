/**
 * Decides what the agent does: from what a blade is to run and what is observed on it to a list of
 * steps and a report. Values to values: no I/O, no clock, nothing but the model, the JDK and the
 * types here.
 */
@NullMarked
package dev.lpar.agent.plan;

import org.jspecify.annotations.NullMarked;
