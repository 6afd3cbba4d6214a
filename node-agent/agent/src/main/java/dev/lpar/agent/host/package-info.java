/**
 * The blade's parts that the agent reads and acts on, each a port with its real form beside it: the
 * guests, what is written down of them, QEMU's versions, huge pages, what a start would find. The
 * fakes that tests use ship in the test tree under the same package.
 */
@NullMarked
package dev.lpar.agent.host;

import org.jspecify.annotations.NullMarked;
