package dev.lpar.operator.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The operator as it is shipped: a process of its own, with its own account and JVM flags. */
final class OperatorProcess implements AutoCloseable {
  private static final Path LOGS = Path.of("target/operator-logs");

  private final Process process;
  private final int port;

  private OperatorProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @param name its identity in the leader election, and the name of its log under target/
   */
  static OperatorProcess start(String name) {
    try {
      int port = freePort();
      Files.createDirectories(LOGS);
      var builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "@src/main/jvm/operator.jvmargs",
              "-Dquarkus.http.port=" + port,
              "-Dlpar.operator.lease-duration=PT15S",
              "-cp",
              classPath(),
              "io.quarkus.runner.GeneratedMain");
      builder.environment().put("KUBECONFIG", ApiServer.get().operatorKubeconfig().toString());
      builder.environment().put("POD_NAMESPACE", ApiServer.NAMESPACE);
      builder.environment().put("POD_NAME", name);
      builder.redirectErrorStream(true);
      builder.redirectOutput(
          ProcessBuilder.Redirect.appendTo(LOGS.resolve(name + ".log").toFile()));
      var operator = new OperatorProcess(builder.start(), port);
      Runtime.getRuntime().addShutdownHook(new Thread(operator.process::destroyForcibly));
      await().atMost(Duration.ofMinutes(2)).until(() -> operator.status("/q/health/ready") == 200);
      return operator;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String classPath() throws IOException {
    try (var runners = Files.newDirectoryStream(Path.of("target"), "*-runner.jar")) {
      return runners.iterator().next() + ":target/lib/*";
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private int status(String path) {
    if (!process.isAlive()) {
      throw new IllegalStateException("the operator ended with code " + process.exitValue());
    }
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return -1;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  String get(String path) {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /** Resident memory in MiB. */
  long residentMebibytes() {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    waitForEnd();
  }

  /** As Kubernetes does: SIGTERM. */
  @Override
  public void close() {
    process.destroy();
    waitForEnd();
  }

  private void waitForEnd() {
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the operator didn't end within 30 s of SIGTERM");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
