/** The programs that count VM exits in the kernel, and the tables that they write. */
@NullMarked
package dev.lpar.agent.vmexit.counter;

import org.jspecify.annotations.NullMarked;
