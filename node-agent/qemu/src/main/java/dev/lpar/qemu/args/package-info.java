/** From what a guest is to QEMU's command line. Pure: no I/O, no clock, the JDK alone. */
@NullMarked
package dev.lpar.qemu.args;

import org.jspecify.annotations.NullMarked;
