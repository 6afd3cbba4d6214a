/** The node agent: wiring, and the loop that looks, plans, acts and tells. */
@NullMarked
package dev.lpar.agent;

import org.jspecify.annotations.NullMarked;
