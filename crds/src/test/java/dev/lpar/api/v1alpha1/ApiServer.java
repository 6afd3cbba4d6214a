package dev.lpar.api.v1alpha1;

import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A real kube-apiserver with etcd and our CRDs, one for all test classes, driven by the programs
 * users drive it with: kubectl and helm. Their folder is named by KUBE_API_TEST_DIR ({@code
 * hack/tools/install kube-api-test} prints it).
 */
final class ApiServer implements AutoCloseable {
  static final Path CRDS = Path.of("../helm/lpar-operator/crds");

  private final KubeAPIServer server;
  private final Path programs;
  private final Path kubeconfig;

  private ApiServer(KubeAPIServer server, Path programs, Path kubeconfig) {
    this.server = server;
    this.programs = programs;
    this.kubeconfig = kubeconfig;
  }

  /** What a program said, and how it ended. */
  record Outcome(int exitCode, String output) {}

  private static ApiServer start() {
    try {
      var programs = programs();
      var server =
          new KubeAPIServer(
              KubeAPIServerConfigBuilder.anAPIServerConfig()
                  .withOfflineMode(true)
                  .withApiServerFlag("--advertise-address", "127.0.0.1")
                  .withApiServerFlag("--endpoint-reconciler-type", "none")
                  .build());
      server.start();
      var folder = Files.createTempDirectory("lpar-it");
      var kubeconfig = folder.resolve("kubeconfig");
      Files.writeString(kubeconfig, server.getKubeConfigYaml());
      var started = new ApiServer(server, programs, kubeconfig);
      started.installCrds();
      return started;
    } catch (IOException e) {
      throw new IllegalStateException("can't start the API server", e);
    }
  }

  private static Path programs() throws IOException {
    var folder = System.getenv("KUBE_API_TEST_DIR");
    if (folder == null) {
      throw new IllegalStateException(
          "KUBE_API_TEST_DIR is not set: export KUBE_API_TEST_DIR=$(hack/tools/install kube-api-test)");
    }
    try (var files = Files.find(Path.of(folder), 4, (file, _) -> file.endsWith("kubectl"))) {
      return files.findFirst().orElseThrow().toRealPath().getParent();
    }
  }

  private void installCrds() {
    must(kubectl("", "apply", "--server-side", "-f", CRDS.toString()));
    must(
        kubectl("", "wait", "--for=condition=Established", "--timeout=60s", "-f", CRDS.toString()));
    for (var kind : List.of("lpar", "blade", "passthroughdevice")) {
      awaitSchema(kind);
    }
  }

  /**
   * A CRD is established before its schema is published, which kubectl validates and explains by.
   */
  private void awaitSchema(String kind) {
    var deadline = Instant.now().plusSeconds(60);
    var outcome = kubectl("", "explain", kind);
    while (outcome.exitCode() != 0 && Instant.now().isBefore(deadline)) {
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      outcome = kubectl("", "explain", kind);
    }
    must(outcome);
  }

  static void must(Outcome outcome) {
    if (outcome.exitCode() != 0) {
      throw new AssertionError(outcome.output());
    }
  }

  /** Runs kubectl against this server. */
  Outcome kubectl(String input, String... arguments) {
    return run("kubectl", input, Map.of(), arguments);
  }

  /** Runs kubectl with more environment variables. */
  Outcome kubectl(Map<String, String> environment, String... arguments) {
    return run("kubectl", "", environment, arguments);
  }

  /** Runs helm against this server. */
  Outcome helm(String... arguments) {
    return run("helm", "", Map.of(), arguments);
  }

  private Outcome run(
      String program, String input, Map<String, String> environment, String... arguments) {
    try {
      var command = new ArrayList<>(List.of(programs.resolve(program).toString()));
      command.addAll(List.of(arguments));
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("KUBECONFIG", kubeconfig.toString());
      // What kubectl has learnt of another server on the same port isn't true of this one.
      builder.environment().put("KUBECACHEDIR", kubeconfig.resolveSibling("cache").toString());
      builder.environment().putAll(environment);
      var process = builder.start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), output);
    } catch (IOException e) {
      throw new IllegalStateException("can't run " + program, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + program + " ran", e);
    }
  }

  @Override
  public void close() throws IOException {
    server.stop();
    try (var left = Files.walk(kubeconfig.getParent())) {
      for (var path : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Gives test classes the server; it stops after the last of them. */
  static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == ApiServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.create(ApiServer.class))
          .getOrComputeIfAbsent(ApiServer.class, _ -> start(), ApiServer.class);
    }
  }
}
