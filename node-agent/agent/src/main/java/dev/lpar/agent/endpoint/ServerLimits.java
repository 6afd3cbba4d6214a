package dev.lpar.agent.endpoint;

/**
 * What a client can take of the JDK's HTTP server: of its connections, its time and its memory. The
 * server takes these limits from system properties (module {@code jdk.httpserver}) when the first
 * one is made, and without them waits for ever for a request that doesn't come. They hold for each
 * server by itself: who fills the port for metrics doesn't touch health.
 *
 * <p>There is no limit on the time of an answer: some are long.
 */
public final class ServerLimits {
  /** With their TLS buffers 32 connections take about 3 MB of the heap. */
  private static final int CONNECTIONS = 32;

  /** Seconds from the first byte to a whole request, TLS handshake included; or to that byte. */
  private static final int REQUEST_SECONDS = 30;

  private static final int IDLE_CONNECTIONS = 8;
  private static final int HEADERS = 64;

  /** In bytes: the longest credentials fit, beside as much else. */
  private static final int HEADER_BYTES = 2 * Credentials.LONGEST;

  private ServerLimits() {}

  /** To be called before the first server is made. A limit that is set already stays. */
  public static void impose() {
    limit("jdk.httpserver.maxConnections", CONNECTIONS);
    limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
    limit("sun.net.httpserver.maxIdleConnections", IDLE_CONNECTIONS);
    limit("sun.net.httpserver.maxReqHeaders", HEADERS);
    limit("sun.net.httpserver.maxReqHeaderSize", HEADER_BYTES);
  }

  private static void limit(String property, int value) {
    System.getProperties().putIfAbsent(property, Integer.toString(value));
  }
}
