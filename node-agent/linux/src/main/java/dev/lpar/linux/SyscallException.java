package dev.lpar.linux;

import java.io.IOException;

/** A system call that failed: which, on what, and the kernel's error number. */
public final class SyscallException extends IOException {
  private static final long serialVersionUID = 1;

  private final String call;
  private final int errno;

  public SyscallException(String call, int errno) {
    super(call + ": " + Errno.describe(errno));
    this.call = call;
    this.errno = errno;
  }

  /** The call as written in the message, with its arguments. */
  public String call() {
    return call;
  }

  public int errno() {
    return errno;
  }
}
