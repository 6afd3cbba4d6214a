/** Looks: what the blade is made of, and what runs on it. Nothing here changes anything. */
@NullMarked
package dev.lpar.agent.observe;

import org.jspecify.annotations.NullMarked;
