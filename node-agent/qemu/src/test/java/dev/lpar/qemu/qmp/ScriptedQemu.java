package dev.lpar.qemu.qmp;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A peer on a QMP socket that says its lines: one at the connection, and one more for every line it
 * hears. A line is written as it stands, so that it can be half of one, or none.
 */
final class ScriptedQemu implements AutoCloseable {
  static final String GREETING = "{\"QMP\":{\"version\":{},\"capabilities\":[]}}\n";
  static final String READY = "{\"return\":{},\"id\":1}\n";

  /** Says nothing more, and keeps the connection. */
  static final String SILENCE = "";

  /** Ends the connection. */
  static final String HANG_UP = "\0";

  private final ServerSocketChannel server;

  ScriptedQemu(Path socket, List<String> lines) throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(() -> play(lines));
  }

  private void play(List<String> lines) {
    try (var peer = server.accept()) {
      var heard = ByteBuffer.allocate(1 << 16);
      for (String line : lines) {
        if (line.equals(HANG_UP)) {
          return;
        }
        say(peer, line);
        heard.clear();
        if (peer.read(heard) < 0) {
          return;
        }
      }
      while (peer.read(heard.clear()) >= 0) {}
    } catch (IOException e) {
      // The client left in the middle, as some tests want it to.
      return;
    }
  }

  private static void say(SocketChannel peer, String line) throws IOException {
    var bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      peer.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
