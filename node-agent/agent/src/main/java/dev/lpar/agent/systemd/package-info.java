/** Guests as transient units of the host's systemd, over its D-Bus. */
@NullMarked
package dev.lpar.agent.systemd;

import org.jspecify.annotations.NullMarked;
