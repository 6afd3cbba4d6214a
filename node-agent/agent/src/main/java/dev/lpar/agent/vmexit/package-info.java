/**
 * VM exits: what they are called, how many there were and what they took, and what to change so
 * that there are fewer. Values to values; counter has the programs that count in the kernel.
 */
@NullMarked
package dev.lpar.agent.vmexit;

import org.jspecify.annotations.NullMarked;
