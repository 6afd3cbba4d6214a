/** Linux system calls, one class per kernel interface. Raw file descriptors never leave it. */
@NullMarked
package dev.lpar.linux;

import org.jspecify.annotations.NullMarked;
