package dev.lpar.e2e;

import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.e2e.Shell.Result;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The cluster under test and its blades, from outside: KUBECONFIG and {@code hack/lab}. */
final class Lab {
  /** Generous: a blade under full emulation on a busy machine is slow, and never a failure. */
  static final Duration LONG = Duration.ofMinutes(4);

  static final String NAMESPACE = "default";
  static final String SYSTEM_NAMESPACE = "lpar-system";
  static final String BLADE = "blade-1";

  /** The node that is no blade: the operator runs there. */
  static final String MANAGER = "manager";

  static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  private static final String KUBECONFIG =
      Objects.requireNonNull(
          System.getenv("KUBECONFIG"), "KUBECONFIG is not set: run these tests by hack/test");

  /** The administrator's, for as long as this JVM runs. */
  static final KubernetesClient CLIENT =
      new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(new File(KUBECONFIG))).build();

  private Lab() {}

  /** Runs {@code hack/lab} with the arguments. */
  static Result lab(String... arguments) {
    return Shell.run(
        LONG,
        Stream.concat(Stream.of(REPOSITORY + "/hack/lab"), Arrays.stream(arguments)).toList());
  }

  static Result kubectl(String... arguments) {
    return lab(
        Stream.concat(Stream.of("kubectl"), Arrays.stream(arguments)).toArray(String[]::new));
  }

  static Result helm(String... arguments) {
    return lab(Stream.concat(Stream.of("helm"), Arrays.stream(arguments)).toArray(String[]::new));
  }

  /** Runs a shell command as root on the blade and gives what it printed; it must succeed. */
  static String onBlade(String command) {
    return on(BLADE, command);
  }

  /** Runs a shell command as root on a node and gives what it printed; it must succeed. */
  static String on(String node, String command) {
    return lab("blade", node, command).orFail().output();
  }

  /** Process ids of all QEMU processes of one partition, whoever started them. */
  static List<Long> qemuPids(Lpar lpar) {
    var pids =
        lab("blade", BLADE, "pgrep -f '^[^ ]*qemu-system-x86_64 .*" + id(lpar) + "'").output();
    var found = new ArrayList<Long>();
    pids.lines().filter(line -> line.matches("[0-9]+")).forEach(l -> found.add(Long.valueOf(l)));
    return found;
  }

  static String id(Lpar lpar) {
    return lpar.getMetadata().getUid();
  }

  static String console(Lpar lpar) {
    return onBlade("cat /run/lpar/" + id(lpar) + "/console.log 2>/dev/null || true");
  }

  /** Polls until the value satisfies; fails with the last value seen. */
  static <T> T await(String what, Callable<T> look, Predicate<T> satisfies) {
    var deadline = Instant.now().plus(LONG);
    T seen = null;
    while (Instant.now().isBefore(deadline)) {
      try {
        seen = look.call();
        if (satisfies.test(seen)) {
          return seen;
        }
        Thread.sleep(500);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for: " + what, e);
      } catch (Exception e) {
        throw new AssertionError("while waiting for: " + what, e);
      }
    }
    throw new AssertionError("never came true: " + what + "; last seen: " + seen);
  }
}
