/** Acts: each step of a plan has one place where it is carried out. */
@NullMarked
package dev.lpar.agent.execute;

import org.jspecify.annotations.NullMarked;
