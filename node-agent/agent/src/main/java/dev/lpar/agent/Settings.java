package dev.lpar.agent;

import dev.lpar.agent.endpoint.Certificates;
import dev.lpar.agent.endpoint.PemFolder;
import dev.lpar.agent.endpoint.SelfSigned;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the agent is told by its environment.
 *
 * @param node name of its Node, which is that of its Blade ({@code NODE_NAME}; else the host name)
 * @param namespace where its Lease is ({@code POD_NAMESPACE})
 * @param holder its name in the Lease ({@code POD_NAME})
 * @param hostRoot the blade's root directory as it sees it ({@code LPAR_HOST_ROOT})
 * @param port of health ({@code LPAR_HTTP_PORT})
 * @param https how everything else is served
 */
record Settings(
    String node, String namespace, String holder, Path hostRoot, int port, Https https) {

  /**
   * @param port of metrics ({@code LPAR_HTTPS_PORT})
   * @param certificates those of a folder ({@code LPAR_TLS_DIR}), or one made for the pod's address
   *     ({@code POD_IP})
   */
  record Https(int port, Certificates certificates) {
    private static Https from(Map<String, String> environment) {
      var folder = environment.getOrDefault("LPAR_TLS_DIR", "");
      var address = environment.getOrDefault("POD_IP", "");
      return new Https(
          Integer.parseInt(environment.getOrDefault("LPAR_HTTPS_PORT", "9751")),
          folder.isEmpty()
              ? new SelfSigned(address.isEmpty() ? null : InetAddress.ofLiteral(address))
              : new PemFolder(Path.of(folder)));
    }
  }

  static Settings from(Map<String, String> environment) {
    var node = environment.getOrDefault("NODE_NAME", hostName());
    return new Settings(
        node,
        environment.getOrDefault("POD_NAMESPACE", "lpar-system"),
        environment.getOrDefault("POD_NAME", node),
        Path.of(environment.getOrDefault("LPAR_HOST_ROOT", "/")),
        Integer.parseInt(environment.getOrDefault("LPAR_HTTP_PORT", "9750")),
        Https.from(environment));
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
