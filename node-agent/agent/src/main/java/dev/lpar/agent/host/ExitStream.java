package dev.lpar.agent.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** A guest's exits as they come. Used by one thread. */
interface ExitStream extends AutoCloseable {
  /**
   * Takes those that have come.
   *
   * @param record takes each, as {@code TraceLayout} has it; it is valid during the call
   */
  void drain(Consumer<ByteBuffer> record);

  /** Has no more come; those that have can still be taken. */
  void stop() throws IOException;

  /** How many there was no room for. */
  long missed() throws IOException;

  @Override
  void close() throws IOException;
}
