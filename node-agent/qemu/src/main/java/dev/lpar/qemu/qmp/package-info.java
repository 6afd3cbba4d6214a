/** QEMU's machine protocol (docs/interop/qmp-spec in QEMU's source) over a unix socket. */
@NullMarked
package dev.lpar.qemu.qmp;

import org.jspecify.annotations.NullMarked;
