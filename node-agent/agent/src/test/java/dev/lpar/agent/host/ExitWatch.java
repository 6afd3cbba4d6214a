package dev.lpar.agent.host;

import java.io.IOException;

/** Something that is told of each exit, until it is closed. */
interface ExitWatch extends AutoCloseable {
  /** Of something that has no BPF programs. */
  long NO_PROGRAMS = -1;

  /** What its BPF programs took so far, where the kernel keeps count; or {@link #NO_PROGRAMS}. */
  long programNanos() throws IOException;

  /** CPU time that it took so far beside the vCPU's. */
  long besideNanos() throws IOException;

  @Override
  void close() throws IOException;

  /** A way to watch. */
  interface Kind {
    ExitWatch attach(ExitBoundGuest guest) throws Exception;
  }
}
